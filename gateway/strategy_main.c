/* outcry-strategy: the conditions. */
#include "gateway/agent.h"
#include "gateway/strategy_agent.h"

int main(int argc, char **argv)
{
    return agent_main(&strategy_agent_ops, argc, argv);
}

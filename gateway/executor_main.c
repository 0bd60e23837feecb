/* outcry-executor: orders, fills and positions. */
#include "gateway/agent.h"
#include "gateway/executor_agent.h"

int main(int argc, char **argv)
{
    return agent_main(&executor_agent_ops, argc, argv);
}

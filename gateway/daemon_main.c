/* outcryd: starts and watches the other processes. */
#include "gateway/agent.h"
#include "gateway/supervisor.h"

int main(int argc, char **argv)
{
    return agent_main(&supervisor_agent_ops, argc, argv);
}

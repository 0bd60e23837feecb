/* outcry-gateway: the venue session, the credentials and the order journal. */
#include "gateway/agent.h"
#include "gateway/gateway_agent.h"

int main(int argc, char **argv)
{
    return agent_main(&gateway_agent_ops, argc, argv);
}

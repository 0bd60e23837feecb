/* outcry-exchange: the simulated exchange. */
#include "gateway/exchange.h"

int main(int argc, char **argv)
{
    return agent_main(&exchange_ops, argc, argv);
}

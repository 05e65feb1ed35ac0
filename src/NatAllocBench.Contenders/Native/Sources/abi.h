// The calls between the harness and a native peer. One call brings a whole slice of a round through, so the cost of the call is nothing.
#pragma once
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What every design does in one cell. Flow n comes from client n and goes to destination n modulo their number; all use one source port.
struct nab_workload {
    uint32_t threads;
    uint32_t connections;
    uint32_t destinations;
    uint32_t first_client;      // addresses in host byte order
    uint32_t first_destination;
    uint32_t nat_address;
    uint32_t lifetime_ms;       // of an unanswered connection
    uint32_t buckets;           // for tables that are told a size in buckets
    uint16_t source_port;
    uint16_t destination_port;
    uint16_t keeps_port;        // 1: mode default, the client's port is tried first; 0: mode random-fully
    uint16_t reserved;
    uint64_t seed;
    uint64_t hash_key[2];
};

struct nab_work { int64_t probes, insert_failed; };

// A new table, or null and the reason in why. Threads are numbered from 0 to threads - 1; each calls with its own number.
void *nab_create(const struct nab_workload *workload, char *why, int why_size);
void nab_destroy(void *table);
int nab_connect(void *table, int worker, int first, int end);       // how many flows are in the table afterwards
int nab_delete(void *table, int worker, int first, int end);        // how many were removed by name
void nab_pass_lifetime(void *table, int worker);                    // moves the worker's clock past every lifetime
int nab_expire(void *table, int worker, int part, int parts);       // how many expired connections of this part were removed

// Only while no worker works.
int64_t nab_count(void *table);
int64_t nab_bytes(void *table);
struct nab_work nab_done(void *table);
int nab_reply_port(void *table, int flow);                          // the NAT port of a flow's connection; -1 if there is none
int nab_prove(void *table, int64_t connections, char *why, int why_size); // 0 if exactly so many are in the table, each found both ways and by source

#ifdef __cplusplus
}
#endif

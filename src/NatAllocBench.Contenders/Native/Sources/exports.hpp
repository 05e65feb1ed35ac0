// The calls of abi.h for a table type. Included last by each peer.
#define NAB_EXPORT(TABLE)                                                                                                              \
    extern "C" {                                                                                                                       \
    void *nab_create(const nab_workload *workload, char *why, int size) { *why = 0; return TABLE::create(*workload, why, size); }      \
    void nab_destroy(void *table) { delete (TABLE *)table; }                                                                           \
    int nab_connect(void *table, int worker, int first, int end) { return ((TABLE *)table)->connect(worker, first, end); }             \
    int nab_delete(void *table, int worker, int first, int end) { return ((TABLE *)table)->remove(worker, first, end); }               \
    void nab_pass_lifetime(void *table, int worker) { ((TABLE *)table)->pass_lifetime(worker); }                                       \
    int nab_expire(void *table, int worker, int part, int parts) { return ((TABLE *)table)->expire(worker, part, parts); }             \
    int64_t nab_count(void *table) { return ((TABLE *)table)->count(); }                                                               \
    int64_t nab_bytes(void *table) { return ((TABLE *)table)->bytes(); }                                                               \
    nab_work nab_done(void *table) { return ((TABLE *)table)->done(); }                                                                \
    int nab_reply_port(void *table, int flow) { return ((TABLE *)table)->reply_port(flow); }                                           \
    int nab_prove(void *table, int64_t n, char *why, int size) { return ((TABLE *)table)->prove(n, why, size); }                       \
    }

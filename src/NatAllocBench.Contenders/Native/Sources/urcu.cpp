// liburcu's cds_lfht: a lock-free split-ordered table, read-copy-update of the QSBR flavour (readers cost nothing), a quiescent state every 64
// connections. Nodes are part of the connection, buckets are made beforehand. The hash is handed over, so it is computed once a key.
#define _LGPL_SOURCE
#include <urcu-qsbr.h>
#include "table.hpp"
#include <urcu/rculfhash.h>

struct Nodes { cds_lfht_node of[3]; };

struct UrcuStore {
    using Connection = ConnectionOf<Nodes>;
    using Hash = uint64_t;
    enum { BySource = 2, QuietEvery = 64 };
    static_assert(sizeof(Connection) == 128, "a node's owner is found by its address");
    cds_lfht *tuples = nullptr, *sources = nullptr;
    unsigned long buckets = 0;

    static Hash hash(Key key) { return hash_of(key); }
    static Connection *owner(cds_lfht_node *node) { return (Connection *)((uintptr_t)node & ~(uintptr_t)127); }

    static int matches(cds_lfht_node *node, const void *key) {
        Connection *c = owner(node);
        return (node == &c->extra.of[Original] ? c->original : c->reply) == *(const Key *)key;
    }

    static int matches_source(cds_lfht_node *node, const void *key) { return source_of(owner(node)->original) == *(const Key *)key; }

    cds_lfht *new_table(unsigned long nodes) {
        unsigned long size = 1;
        while (size < nodes) size *= 2;
        buckets += size;
        return _cds_lfht_new(size, size, size, 0, &cds_lfht_mm_mmap, &rcu_flavor, nullptr);
    }

    bool make(const nab_workload &workload, char *, int) {
        tuples = new_table(2ul * workload.connections);
        sources = new_table(workload.connections);
        return tuples && sources;
    }

    ~UrcuStore() {
        enter();
        if (tuples) cds_lfht_destroy(tuples, nullptr);
        if (sources) cds_lfht_destroy(sources, nullptr);
        leave();
    }

    void enter() { rcu_register_thread(); }
    void quiet(int flow) { if (!(flow % QuietEvery)) rcu_quiescent_state(); }
    void leave() { rcu_unregister_thread(); }
    void settle() { synchronize_rcu(); } // the slots of one phase are used again in the next
    void before_reuse() { synchronize_rcu(); }

    int64_t entries() {
        long before, after;
        unsigned long nodes;
        cds_lfht_count_nodes(tuples, &before, &nodes, &after);
        return (int64_t)nodes;
    }

    int64_t bytes() { return (int64_t)(buckets * sizeof(cds_lfht_node)); }

    static Connection *find_in(cds_lfht *table, Hash hash, cds_lfht_match_fct match, const Key &key) {
        cds_lfht_iter at;
        cds_lfht_lookup(table, hash, match, &key, &at);
        cds_lfht_node *node = cds_lfht_iter_get_node(&at);
        return node ? owner(node) : nullptr;
    }

    Connection *find(Key key, Hash hash) { return find_in(tuples, hash, matches, key); }
    Connection *find_source(Key key, Hash hash) { return find_in(sources, hash, matches_source, key); }
    bool insert(Key key, Hash hash, Connection *c, Direction d) { return cds_lfht_add_unique(tuples, hash, matches, &key, &c->extra.of[d]) == &c->extra.of[d]; }
    void erase(Key, Hash, Connection *c, Direction d) { cds_lfht_del(tuples, &c->extra.of[d]); }
    void add_source(Key, Hash hash, Connection *c) { cds_lfht_add(sources, hash, &c->extra.of[BySource]); }
    void erase_source(Key, Hash, Connection *c) { cds_lfht_del(sources, &c->extra.of[BySource]); }
};

#include "exports.hpp"
NAB_EXPORT(Table<UrcuStore>)

// oneTBB concurrent_hash_map: chains with a lock for each bucket, nodes from TBB's scalable allocator. The map hashes by itself.
#include "table.hpp"
#include <memory>
#include <tbb/concurrent_hash_map.h>
#include <tbb/scalable_allocator.h>

struct None {};

struct TbbStore {
    using Connection = ConnectionOf<None>;
    using Hash = int;
    struct Compare {
        static size_t hash(const Key &key) { return hash_of(key); }
        static bool equal(const Key &x, const Key &y) { return x == y; }
    };
    using Map = tbb::concurrent_hash_map<Key, Connection *, Compare, tbb::scalable_allocator<std::pair<const Key, Connection *>>>;

    static constexpr int BucketsPerTuple = 2; // the fastest of 1, 2 and 4
    std::unique_ptr<Map> tuples, sources;

    static Hash hash(Key) { return 0; }

    bool make(const nab_workload &workload, char *, int) {
        tuples = std::make_unique<Map>((size_t)2 * workload.connections * BucketsPerTuple);
        sources = std::make_unique<Map>((size_t)workload.connections * BucketsPerTuple);
        return true;
    }

    void enter() {}
    void quiet(int) {}
    void leave() {}
    void settle() {}
    void before_reuse() {}
    int64_t entries() { return (int64_t)tuples->size(); }
    int64_t bytes() { return (int64_t)(16 * (tuples->bucket_count() + sources->bucket_count()) + 48 * (tuples->size() + sources->size())); }

    static Connection *find_in(Map &map, const Key &key) {
        Map::const_accessor found;
        return map.find(found, key) ? found->second : nullptr;
    }

    Connection *find(Key key, Hash) { return find_in(*tuples, key); }
    Connection *find_source(Key key, Hash) { return find_in(*sources, key); }
    bool insert(Key key, Hash, Connection *c, Direction) { return tuples->insert({key, c}); }
    void erase(Key key, Hash, Connection *, Direction) { tuples->erase(key); }

    void add_source(Key key, Hash, Connection *c) {
        if (sources->insert({key, c})) return;
        Map::accessor newest;
        sources->insert(newest, key);
        c->next_of_source = newest->second;
        newest->second = c;
    }

    void erase_source(Key key, Hash, Connection *c) {
        Map::accessor newest;
        if (!sources->find(newest, key) || newest->second != c) return;
        if (c->next_of_source) newest->second = c->next_of_source;
        else sources->erase(newest);
    }
};

#include "exports.hpp"
NAB_EXPORT(Table<TbbStore>)

// Boost.Unordered concurrent_flat_map: open addressing with a reader lock for each group. Needs Boost 1.83. The map hashes by itself, but with
// SipHash the hash is part of the key, so that it is computed once a key.
#include <boost/version.hpp>
#if BOOST_VERSION < 108300
#error Boost 1.83 or later is needed
#endif
#include "table.hpp"
#include <boost/unordered/concurrent_flat_map.hpp>
#include <memory>

template <class T> struct HugePages {
    using value_type = T;
    using is_always_equal = std::true_type;
    HugePages() = default;
    template <class U> HugePages(const HugePages<U> &) {}
    T *allocate(size_t n) {
        void *memory = nab_memory(n * sizeof(T));
        if (!memory) throw std::bad_alloc();
        return (T *)memory;
    }
    void deallocate(T *memory, size_t) { free(memory); }
    template <class U> bool operator==(const HugePages<U> &) const { return true; }
};

struct None {};

struct BoostStore {
    using Connection = ConnectionOf<None>;
#ifdef NAB_SIPHASH
    using Hash = uint64_t;
    struct MapKey {
        Key key;
        uint64_t hash;
        bool operator==(const MapKey &other) const { return key == other.key; }
    };
    static Hash hash(Key key) { return hash_of(key); }
    static MapKey map_key(Key key, Hash hash) { return {key, hash}; }
    static size_t hash_map_key(const MapKey &key) { return key.hash; }
#else
    using Hash = int;
    using MapKey = Key;
    static Hash hash(Key) { return 0; }
    static MapKey map_key(Key key, Hash) { return key; }
    static size_t hash_map_key(const MapKey &key) { return hash_of(key); }
#endif
    struct Hasher {
        using is_avalanching = void;
        size_t operator()(const MapKey &key) const { return hash_map_key(key); }
    };
    using Map = boost::concurrent_flat_map<MapKey, Connection *, Hasher, std::equal_to<MapKey>, HugePages<std::pair<const MapKey, Connection *>>>;

    static constexpr int SlotsPerTuple = 2; // the fastest of 1, 2 and 4
    std::unique_ptr<Map> tuples, sources;

    bool make(const nab_workload &workload, char *, int) {
        tuples = std::make_unique<Map>((size_t)2 * workload.connections * SlotsPerTuple);
        sources = std::make_unique<Map>((size_t)workload.connections * SlotsPerTuple);
        return true;
    }

    void enter() {}
    void quiet(int) {}
    void leave() {}
    void settle() {}
    void before_reuse() {}
    int64_t entries() { return (int64_t)tuples->size(); }
    int64_t bytes() { return (int64_t)((tuples->bucket_count() + sources->bucket_count()) * (sizeof(std::pair<const MapKey, Connection *>) + 1)); }

    static Connection *find_in(Map &map, Key key, Hash hash) {
        Connection *found = nullptr;
        map.cvisit(map_key(key, hash), [&](const auto &entry) { found = entry.second; });
        return found;
    }

    Connection *find(Key key, Hash hash) { return find_in(*tuples, key, hash); }
    Connection *find_source(Key key, Hash hash) { return find_in(*sources, key, hash); }
    bool insert(Key key, Hash hash, Connection *c, Direction) { return tuples->try_emplace(map_key(key, hash), c); }
    void erase(Key key, Hash hash, Connection *, Direction) { tuples->erase(map_key(key, hash)); }

    void add_source(Key key, Hash hash, Connection *c) {
        sources->try_emplace_or_visit(map_key(key, hash), c, [&](auto &entry) {
            c->next_of_source = entry.second;
            entry.second = c;
        });
    }

    void erase_source(Key key, Hash hash, Connection *c) {
        sources->erase_if(map_key(key, hash), [&](auto &entry) {
            if (entry.second != c) return false;
            entry.second = c->next_of_source;
            return entry.second == nullptr;
        });
    }
};

#include "exports.hpp"
NAB_EXPORT(Table<BoostStore>)

// DPDK rte_hash: cuckoo buckets, lock-free readers, writers that take one lock. The hash is handed over, so it is computed once a key; its own one is
// CRC32C. A key's position is the index of its connection, as DPDK applications do it. rte_hash_add_key overwrites, so "insert if absent" is
// add_key and a compare-and-swap on the connection. With -DNAB_BULK bursts of 32 use the bulk lookup, which prefetches.
#include "table.hpp"
#include <pthread.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_hash.h>
#include <rte_hash_crc.h>
#include <rte_lcore.h>
#include <rte_memory.h>
#include <sys/mman.h>
#include <vector>

struct None {};

// On 2 MiB pages where Linux grants them, as the memory of every other table here.
static int ask_for_huge_pages(const rte_memseg_list *, const rte_memseg *segment, size_t length, void *) {
    const uintptr_t huge = (uintptr_t)2 << 20;
    uintptr_t first = ((uintptr_t)segment->addr + huge - 1) / huge * huge, end = ((uintptr_t)segment->addr + length) / huge * huge;
    if (first < end) madvise((void *)first, end - first, MADV_HUGEPAGE);
    return 0;
}

// The environment is made once a process, whichever variant of this library comes first, and keeps the memory that it begins with: enough for two
// million connections.
static bool start_environment(char *why, int size) {
    static const char marker[] = "NATALLOCBENCH_DPDK_STARTED";
    if (getenv(marker)) return true;
    const char *arguments[] = {"natallocbench", "-l", "0", "--no-huge", "--no-pci", "--no-telemetry", "--no-shconf", "--log-level=error", "-m", "2048"};
    cpu_set_t cpus;
    pthread_getaffinity_np(pthread_self(), sizeof cpus, &cpus);
    int made = rte_eal_init(sizeof arguments / sizeof *arguments, (char **)arguments);
    int error = rte_errno;
    pthread_setaffinity_np(pthread_self(), sizeof cpus, &cpus); // rte_eal_init pins its caller
    if (made >= 0) {
        rte_memseg_contig_walk(ask_for_huge_pages, nullptr);
        return setenv(marker, "1", 1) == 0;
    }
    snprintf(why, size, "DPDK does not start: %s", rte_strerror(error));
    return false;
}

// rte_hash keeps a cache of free positions for each registered thread.
struct Registration {
    bool mine = rte_lcore_id() == LCORE_ID_ANY && rte_thread_register() == 0;
    ~Registration() { if (mine) rte_thread_unregister(); }
};

struct DpdkStore {
    using Connection = ConnectionOf<None>;
    using Hash = hash_sig_t;

    struct Map {
        rte_hash *hash = nullptr;
        std::atomic<Connection *> *owners = nullptr;
        size_t slots = 0;
        std::vector<int32_t> removed[RTE_MAX_LCORE]; // positions that no reader may still hold after the phase

        bool make(const char *kind, uint32_t entries) {
            static int tables = 0;
            char name[RTE_HASH_NAMESIZE];
            snprintf(name, sizeof name, "%s%d", kind, tables++);
            rte_hash_parameters parameters{};
            parameters.name = name;
            parameters.entries = entries;
            parameters.key_len = sizeof(Key);
            parameters.hash_func = rte_hash_crc;
            parameters.extra_flag = RTE_HASH_EXTRA_FLAGS_RW_CONCURRENCY_LF | RTE_HASH_EXTRA_FLAGS_MULTI_WRITER_ADD;
            hash = rte_hash_create(&parameters);
            if (!hash) return false;
            rte_hash_reset(hash); // touches memory that no table had before this one: its page faults would be those of the first round
            slots = (size_t)rte_hash_max_key_id(hash) + 2;
            owners = (std::atomic<Connection *> *)nab_memory(slots * sizeof *owners);
            return owners;
        }

        ~Map() {
            rte_hash_free(hash);
            free(owners);
        }

        Connection *at(int32_t position) const { return position < 0 ? nullptr : owners[position].load(std::memory_order_acquire); }
        Connection *find(const Key &key, Hash sum) const { return at(rte_hash_lookup_with_hash(hash, &key, sum)); }

        bool insert(const Key &key, Hash sum, Connection *c) {
            int32_t position = rte_hash_add_key_with_hash(hash, &key, sum);
            Connection *none = nullptr;
            return position >= 0 && owners[position].compare_exchange_strong(none, c, std::memory_order_acq_rel);
        }

        void erase(const Key &key, Hash sum) {
            int32_t position = rte_hash_lookup_with_hash(hash, &key, sum);
            if (position < 0) return;
            owners[position].store(nullptr, std::memory_order_release);
            if (rte_hash_del_key_with_hash(hash, &key, sum) >= 0) removed[rte_lcore_id()].push_back(position);
        }

        void settle() {
            for (auto &positions : removed) {
                for (int32_t position : positions) rte_hash_free_key_with_position(hash, position);
                positions.clear();
            }
        }
    } tuples, sources;

#ifdef NAB_SIPHASH
    static Hash hash(Key key) { return (Hash)hash_of(key); }
#else
    static Hash hash(Key key) { return rte_hash_crc(&key, sizeof key, (uint32_t)hash_key[0]); }
#endif

    static constexpr int EntriesPerTuple = 2; // the fastest of 1, 2 and 4

    bool make(const nab_workload &workload, char *why, int size) {
        if (!start_environment(why, size)) return false;
        enter();
        if (tuples.make("tuples", 2 * workload.connections * EntriesPerTuple) && sources.make("sources", workload.connections * EntriesPerTuple)) return true;
        snprintf(why, size, "rte_hash_create: %s", rte_strerror(rte_errno));
        return false;
    }

    void enter() { static thread_local Registration registration; (void)registration.mine; }
    void quiet(int) {}
    void leave() {}
    void settle() {
        tuples.settle();
        sources.settle();
    }
    void before_reuse() {}
    int64_t entries() { return rte_hash_count(tuples.hash); }
    int64_t bytes() { return (int64_t)((tuples.slots + sources.slots) * (sizeof(void *) + sizeof(Key) + 8 + 16)); }

    Connection *find(Key key, Hash sum) { return tuples.find(key, sum); }
    Connection *find_source(Key key, Hash sum) { return sources.find(key, sum); }
    bool insert(Key key, Hash sum, Connection *c, Direction) { return tuples.insert(key, sum, c); }
    void erase(Key key, Hash sum, Connection *, Direction) { tuples.erase(key, sum); }

    void add_source(Key key, Hash sum, Connection *c) {
        while (!sources.insert(key, sum, c)) {
            int32_t position = rte_hash_lookup_with_hash(sources.hash, &key, sum);
            Connection *newest = sources.at(position);
            c->next_of_source = newest;
            if (position >= 0 && newest && sources.owners[position].compare_exchange_strong(newest, c, std::memory_order_acq_rel)) return;
            c->next_of_source = nullptr;
        }
    }

    // One connection a source in this workload: the newest of a source is the only one.
    void erase_source(Key key, Hash sum, Connection *) { sources.erase(key, sum); }
};

#include "exports.hpp"
#ifdef NAB_BULK
#include "dpdk_bulk.hpp"
NAB_EXPORT(BulkTable)
#else
NAB_EXPORT(Table<DpdkStore>)
#endif

// The work of one connection over any store; the store is a template parameter, so every call is direct.
//
// A connection is: find ORIGINAL (misses), find the source (misses), probe the kept port, then the search's candidates until one is free,
// add the source, insert REPLY if absent, insert ORIGINAL if absent or take REPLY back, confirm. Everything found is tested for confirmation and
// expiry. A store supplies
//   using Extra, Hash; static Hash hash(Key); bool make(workload, why, size); Connection *find(Key, Hash); Connection *find_source(Key, Hash);
//   bool insert(Key, Hash, Connection *, direction); void erase(...); void add_source(...); void erase_source(...);
//   void enter(); void quiet(int); void leave(); void settle(); void before_reuse(); int64_t entries(); int64_t bytes();
#pragma once
#include "abi.h"
#include "key.hpp"
#include "memory.h"
#include "search.h"
#include <atomic>
#include <cstdio>
#include <memory>
#include <new>

enum Direction { Original, Reply };
enum State : uint32_t { Free, Unconfirmed, Confirmed };

template <class Extra> struct alignas(64) ConnectionOf {
    Key original, reply;
    ConnectionOf *next_of_source;
    std::atomic<uint32_t> state; // release at confirm pairs with the acquire of every find: who sees Confirmed sees both keys and the deadline
    uint32_t deadline;
    Extra extra;
};

struct alignas(128) Worker {
    uint64_t random;
    int64_t probes, failed;
    uint32_t now;
};

template <class Store> class Table {
public:
    using Connection = typename Store::Connection;
    using Hash = typename Store::Hash;

    static Table *create(const nab_workload &workload, char *why, int size) {
        Table *table = new (std::nothrow) Table(workload);
        if (table && table->allocate() && table->store.make(workload, why, size)) return table;
        if (!*why) snprintf(why, size, "out of memory");
        delete table;
        return nullptr;
    }

    __attribute__((noinline)) int connect(int number, int first, int end) {
        Worker &worker = workers[number];
        store.enter();
        int confirmed = 0;
        for (int flow = first; flow < end; flow++) {
            store.quiet(flow);
            confirmed += connect_one(worker, flow);
        }
        store.leave();
        return confirmed;
    }

    __attribute__((noinline)) int remove(int number, int first, int end) {
        store.enter();
        int removed = 0;
        for (int flow = first; flow < end; flow++) {
            store.quiet(flow);
            Key original = original_of(flow);
            Connection *found = live(store.find(original, Store::hash(original)), workers[number].now);
            removed += found && take_out(found);
        }
        store.leave();
        return removed;
    }

    __attribute__((noinline)) int expire(int number, int part, int parts) {
        int64_t first = (int64_t)workload.connections * part / parts, end = (int64_t)workload.connections * (part + 1) / parts;
        store.enter();
        int removed = 0;
        for (int64_t at = first; at < end; at++) {
            store.quiet((int)at);
            Connection *connection = &slab[at];
            removed += connection->state.load(std::memory_order_acquire) == Confirmed && is_expired(connection, workers[number].now) && take_out(connection);
        }
        store.leave();
        return removed;
    }

    void pass_lifetime(int number) { workers[number].now += workload.lifetime_ms + 1000; }

    int64_t count() const {
        int64_t connections = 0;
        for (uint32_t at = 0; at < workload.connections; at++) connections += slab[at].state.load() == Confirmed;
        return connections;
    }

    int64_t bytes() { return (int64_t)sizeof(Connection) * workload.connections + store.bytes(); }

    nab_work done() const {
        nab_work work{};
        for (uint32_t at = 0; at < workload.threads; at++) {
            work.probes += workers[at].probes;
            work.insert_failed += workers[at].failed;
        }
        return work;
    }

    int reply_port(int flow) {
        store.enter();
        Key original = original_of(flow);
        Connection *found = store.find(original, Store::hash(original));
        int port = found && found->state.load() == Confirmed ? (int)(found->reply.rest >> 16 & 0xffff) : -1;
        store.leave();
        return port;
    }

    int prove(int64_t connections, char *why, int size) {
        store.enter();
        store.settle();
        int64_t found = 0, misplaced = 0;
        for (uint32_t at = 0; at < workload.connections; at++) { // the free ones too: they must not be found, and every round begins with a touched table
            Connection *c = &slab[at];
            Key source = source_of(c->original);
            int ways = (store.find(c->original, Store::hash(c->original)) == c) + (store.find(c->reply, Store::hash(c->reply)) == c)
                + (store.find_source(source, Store::hash(source)) == c);
            bool confirmed = c->state.load() == Confirmed;
            found += confirmed && ways == 3;
            misplaced += ways != (confirmed ? 3 : 0);
        }
        int64_t entries = store.entries();
        store.leave();
        if (found == connections && misplaced == 0 && entries == 2 * connections) return 0;
        snprintf(why, size, "%ld connections expected, %ld found both ways and by source, %ld misplaced, %ld tuples in the table",
            (long)connections, (long)found, (long)misplaced, (long)entries);
        return 1;
    }

protected:
    explicit Table(const nab_workload &what) : workload(what) {}

    bool allocate() {
        hash_key[0] = workload.hash_key[0];
        hash_key[1] = workload.hash_key[1];
        slab_memory.reset(nab_memory(sizeof(Connection) * workload.connections));
        worker_memory.reset(nab_memory(sizeof(Worker) * workload.threads));
        slab = (Connection *)slab_memory.get();
        workers = (Worker *)worker_memory.get();
        for (uint32_t at = 0; workers && at < workload.threads; at++)
            workers[at] = {(workload.seed | 1) ^ 0x9E3779B97F4A7C15ull * (at + 1), 0, 0, 1000};
        return slab && workers;
    }

    static bool is_expired(const Connection *c, uint32_t now) { return (int32_t)(c->deadline - now) <= 0; }

    // What was found, if it is confirmed. One that is found expired is taken out, so that its flow can come again.
    Connection *live(Connection *found, uint32_t now) {
        if (!found || found->state.load(std::memory_order_acquire) != Confirmed) return nullptr;
        return __builtin_expect(is_expired(found, now), 0) ? drop_expired(found) : found;
    }

    __attribute__((noinline)) Connection *drop_expired(Connection *found) {
        if (take_out(found)) store.before_reuse();
        return nullptr;
    }

    uint32_t destination_of(int flow) const { return workload.first_destination + (uint32_t)flow % workload.destinations; }

    Key original_of(int flow) const {
        return key_of(workload.first_client + (uint32_t)flow, destination_of(flow), workload.source_port, workload.destination_port);
    }

    Key reply_of(uint32_t destination, uint16_t port) const {
        return key_of(destination, workload.nat_address, workload.destination_port, port);
    }

    Connection *fresh(int flow, Key original, uint32_t now) {
        Connection *connection = new (&slab[flow]) Connection;
        connection->original = original;
        connection->next_of_source = nullptr;
        connection->deadline = now + workload.lifetime_ms;
        connection->state.store(Unconfirmed, std::memory_order_relaxed);
        return connection;
    }

    bool is_used(Worker &worker, Key reply, Hash hash) {
        worker.probes++;
        return live(store.find(reply, hash), worker.now);
    }

    int connect_one(Worker &worker, int flow) {
        Key original = original_of(flow);
        Hash hash = Store::hash(original);
        if (live(store.find(original, hash), worker.now)) return 0;
        Connection *connection = fresh(flow, original, worker.now);
        Key source = source_of(original);
        Hash source_hash = Store::hash(source), reply_hash{};
        choose(worker, connection, destination_of(flow), source, source_hash, reply_hash);
        return publish(worker, connection, hash, reply_hash, source, source_hash);
    }

    void choose(Worker &worker, Connection *connection, uint32_t destination, Key source, Hash source_hash, Hash &hash) {
        Key &reply = connection->reply;
        auto is_free = [&](uint16_t port) {
            reply = reply_of(destination, port);
            hash = Store::hash(reply);
            return !is_used(worker, reply, hash);
        };
        if (workload.keeps_port) {
            Connection *same_source = store.find_source(source, source_hash);
            if (same_source && is_free((uint16_t)(same_source->reply.rest >> 16))) return;
            if (is_free(workload.source_port)) return;
        }
        search(worker, is_free, nab_start(&worker.random), 0);
    }

    // From candidate number tried of the first round on.
    template <class IsFree> void search(Worker &worker, IsFree is_free, uint16_t offset, int tried) {
        for (int round = NAB_FIRST_ROUND; round >= NAB_LAST_ROUND; round /= 2, offset = nab_start(&worker.random), tried = 0)
            for (offset = (uint16_t)(offset + tried); tried < round; tried++, offset++)
                if (is_free(nab_port(offset))) return;
    }

    int publish(Worker &worker, Connection *connection, Hash hash, Hash reply_hash, Key source, Hash source_hash) {
        store.add_source(source, source_hash, connection);
        if (store.insert(connection->reply, reply_hash, connection, Reply)) {
            if (store.insert(connection->original, hash, connection, Original)) {
                connection->state.store(Confirmed, std::memory_order_release);
                return 1;
            }
            store.erase(connection->reply, reply_hash, connection, Reply);
        }
        store.erase_source(source, source_hash, connection);
        worker.failed++;
        return 0;
    }

    bool take_out(Connection *connection) {
        if (connection->state.exchange(Free) != Confirmed) return false;
        Key source = source_of(connection->original);
        store.erase(connection->original, Store::hash(connection->original), connection, Original);
        store.erase(connection->reply, Store::hash(connection->reply), connection, Reply);
        store.erase_source(source, Store::hash(source), connection);
        return true;
    }

    struct Release { void operator()(void *memory) const { free(memory); } };

    nab_workload workload;
    std::unique_ptr<void, Release> slab_memory, worker_memory;
    Connection *slab = nullptr;
    Worker *workers = nullptr;
    Store store; // last: it goes before the slab that its nodes may lie in
};

// Bursts of 32: one bulk lookup each for ORIGINAL, source, kept port and first candidate. "Taken" is final, for nothing is deleted meanwhile; "free" may
// have been overtaken by a connection of the same burst, so it is compared with what the burst has chosen before.
class BulkTable : public Table<DpdkStore> {
public:
    using Table::Table;

    static BulkTable *create(const nab_workload &workload, char *why, int size) {
        return static_cast<BulkTable *>(Table::create(workload, why, size)); // adds no state of its own
    }

    __attribute__((noinline)) int connect(int number, int first, int end) {
        store.enter();
        int confirmed = 0;
        for (int at = first; at < end; at += Burst) confirmed += connect_burst(workers[number], at, end - at < Burst ? end - at : Burst);
        return confirmed;
    }

private:
    enum { Burst = 32 };

    struct Keys {
        Key key[Burst];
        Hash hash[Burst];
        Connection *found[Burst];

        void set(int at, Key what) {
            key[at] = what;
            hash[at] = DpdkStore::hash(what);
        }

        void look_up(const DpdkStore::Map &map, int count) {
            const void *keys[Burst];
            int32_t positions[Burst];
            for (int i = 0; i < count; i++) keys[i] = &key[i];
            rte_hash_lookup_with_hash_bulk(map.hash, keys, hash, count, positions);
            for (int i = 0; i < count; i++) found[i] = map.at(positions[i]);
        }
    };

    int connect_burst(Worker &worker, int flow, int count) {
        Keys original, source, kept, candidate;
        uint16_t start[Burst];
        Key chosen[Burst];
        for (int i = 0; i < count; i++) {
            original.set(i, original_of(flow + i));
            source.set(i, source_of(original.key[i]));
            kept.set(i, reply_of(destination_of(flow + i), workload.source_port));
            start[i] = nab_start(&worker.random);
            candidate.set(i, reply_of(destination_of(flow + i), nab_port(start[i])));
        }
        original.look_up(store.tuples, count);
        source.look_up(store.sources, count);
        if (workload.keeps_port) kept.look_up(store.tuples, count);
        candidate.look_up(store.tuples, count);
        int confirmed = 0;
        for (int i = 0, done = 0; i < count; i++) {
            if (live(original.found[i], worker.now)) continue;
            Connection *connection = fresh(flow + i, original.key[i], worker.now);
            auto looked_up = [&](const Keys &keys) {
                worker.probes++;
                bool used = live(keys.found[i], worker.now);
                for (int j = 0; j < done && !used; j++) used = chosen[j] == keys.key[i];
                connection->reply = keys.key[i];
                return !used;
            };
            Hash hash = kept.hash[i];
            if (source.found[i] || !workload.keeps_port || !looked_up(kept)) {
                hash = candidate.hash[i];
                if (!looked_up(candidate)) go_on(worker, connection, destination_of(flow + i), start[i], hash);
            }
            chosen[done++] = connection->reply;
            confirmed += publish(worker, connection, original.hash[i], hash, source.key[i], source.hash[i]);
        }
        return confirmed;
    }

    __attribute__((noinline)) void go_on(Worker &worker, Connection *connection, uint32_t destination, uint16_t start, Hash &hash) {
        search(worker, [&](uint16_t port) {
            connection->reply = reply_of(destination, port);
            hash = DpdkStore::hash(connection->reply);
            return !is_used(worker, connection->reply, hash);
        }, start, 1);
    }
};

// What a C programmer gets for the table work of Linux 6.12: SipHash-2-4 over the 39 bytes of a tuple, lookups without locks in chains that end in
// a marker of their bucket, two of 1024 ordered locks at confirm, a table by source with locks of its own, a shared count with a limit, a
// chain limit drawn at every confirm. Written from a description of the behaviour.
#include "abi.h"
#include "memory.h"
#include "search.h"
#include "siphash.h"
#include <immintrin.h>
#include <stdio.h>
#include <stdlib.h>

enum { LOCKS = 1024, CHAIN_MINIMUM = 50, CHAIN_SPREAD = 30, TCP = 6, EVICTING_PROBES = 32 };
enum { CONFIRMED = 8, SOURCE_NAT = 16, SOURCE_NAT_DONE = 128, DYING = 512 };

#define ACQUIRE(word) __atomic_load_n(&(word), __ATOMIC_ACQUIRE)
#define RELEASE(word, value) __atomic_store_n(&(word), value, __ATOMIC_RELEASE)
#define INLINE static inline __attribute__((always_inline))

typedef struct { // 40 bytes, addresses and ports in network byte order
    uint32_t source[4];
    uint16_t source_port, family;
    uint32_t destination[4];
    uint16_t destination_port;
    uint8_t protocol, direction;
} tuple;

typedef struct entry {
    tuple tuples[2];
    uintptr_t next[2];
    uintptr_t *previous[2];
    struct entry *next_of_source, **previous_of_source;
    uint32_t status, deadline;
} __attribute__((aligned(64))) entry;

typedef struct { uint64_t random; int64_t probes, failed; uint32_t now; } __attribute__((aligned(128))) worker;
typedef struct { uint32_t word; } __attribute__((aligned(64))) spinlock;

typedef struct {
    struct nab_workload workload;
    uintptr_t *heads;
    entry **sources, *slab;
    worker *workers;
    spinlock locks[LOCKS], source_locks[LOCKS];
    struct { int64_t value; } __attribute__((aligned(128))) count;
    int64_t limit;
} __attribute__((aligned(128))) table;

INLINE uint32_t scale(uint32_t value, uint32_t range) { return (uint32_t)((uint64_t)value * range >> 32); }

INLINE uint32_t bucket_of(const table *t, const tuple *of) {
    uint64_t words[5];
    memcpy(words, of, sizeof words);
    return scale((uint32_t)nab_siphash(t->workload.hash_key, words, 4, (words[4] & 0x00ffffffffffffffull) | 39ull << 56), t->workload.buckets);
}

INLINE uint32_t source_bucket_of(const table *t, const tuple *of) { // address, port and family; net mix; protocol; zone
    uint64_t words[4] = {0, 0, of->source_port | (uint32_t)of->family << 16, of->protocol};
    memcpy(words, of->source, sizeof of->source);
    return scale((uint32_t)nab_siphash(t->workload.hash_key, words, 4, 32ull << 56), t->workload.buckets);
}

INLINE int same(const tuple *a, const tuple *b) { // all but the direction
    uint64_t x[5], y[5];
    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    return !((x[0] ^ y[0]) | (x[1] ^ y[1]) | (x[2] ^ y[2]) | (x[3] ^ y[3]) | ((x[4] ^ y[4]) & 0x00ffffffffffffffull));
}

INLINE tuple inverse(const tuple *of) {
    tuple r;
    memcpy(r.source, of->destination, sizeof r.source);
    memcpy(r.destination, of->source, sizeof r.destination);
    r.source_port = of->destination_port;
    r.destination_port = of->source_port;
    r.family = of->family;
    r.protocol = of->protocol;
    r.direction = !of->direction;
    return r;
}

static void lock(spinlock *l) {
    while (__atomic_exchange_n(&l->word, 1, __ATOMIC_ACQUIRE))
        while (__atomic_load_n(&l->word, __ATOMIC_RELAXED)) _mm_pause();
}

static void unlock(spinlock *l) { RELEASE(l->word, 0); }

static void lock_pair(table *t, uint32_t a, uint32_t b) { // lower number first, so that two CPUs never wait for each other
    uint32_t x = a % LOCKS, y = b % LOCKS;
    lock(&t->locks[x < y ? x : y]);
    if (x != y) lock(&t->locks[x < y ? y : x]);
}

static void unlock_pair(table *t, uint32_t a, uint32_t b) {
    uint32_t x = a % LOCKS, y = b % LOCKS;
    if (x != y) unlock(&t->locks[x < y ? y : x]);
    unlock(&t->locks[x < y ? x : y]);
}

// A link: bit 0 is the direction, bit 1 an end marker with the bucket above it.
INLINE uintptr_t end_of(uint32_t bucket) { return (uintptr_t)bucket << 2 | 2; }
INLINE int is_end(uintptr_t link) { return link & 2; }
INLINE entry *entry_of(uintptr_t link) { return (entry *)(link & ~(uintptr_t)3); }
INLINE int is_expired(const entry *e, uint32_t now) { return (int32_t)(e->deadline - now) <= 0; }

static int take_out(table *t, entry *e);

INLINE entry *find(table *t, const tuple *what, uint32_t bucket, const entry *self, uint32_t now) {
    uintptr_t link;
    do {
        link = ACQUIRE(t->heads[bucket]);
        while (!is_end(link)) {
            entry *e = entry_of(link);
            int direction = link & 1;
            link = ACQUIRE(e->next[direction]);
            if (__builtin_expect(is_expired(e, now), 0) && (ACQUIRE(e->status) & CONFIRMED)) take_out(t, e); // its links stay, so the walk goes on
            else if (same(&e->tuples[direction], what) && (ACQUIRE(e->status) & CONFIRMED) && !(self && same(&e->tuples[0], &self->tuples[0]))) return e;
        }
    } while (link != end_of(bucket)); // a reader that was led into another chain begins again
    return 0;
}

// An entry of the same connection (self) does not count.
INLINE int is_used(table *t, worker *w, const tuple *original, const entry *self) {
    tuple reply = inverse(original);
    w->probes++;
    return find(t, &reply, bucket_of(t, &reply), self, w->now) != 0;
}

INLINE void choose(table *t, worker *w, entry *e, uint32_t source_bucket) {
    tuple wanted = e->tuples[0];
    uint32_t nat = __builtin_bswap32(t->workload.nat_address);
    wanted.source[0] = nat;
    if (t->workload.keeps_port) {
        for (entry *other = ACQUIRE(t->sources[source_bucket]); other; other = ACQUIRE(other->next_of_source)) {
            const tuple *theirs = &other->tuples[0], *mine = &e->tuples[0];
            if (theirs->source[0] != mine->source[0] || theirs->source_port != mine->source_port || theirs->protocol != mine->protocol) continue;
            wanted.source_port = other->tuples[1].destination_port;
            if (!is_used(t, w, &wanted, e)) goto chosen;
            break;
        }
        wanted.source_port = e->tuples[0].source_port;
        if (!is_used(t, w, &wanted, e)) goto chosen;
    }
    for (int round = NAB_FIRST_ROUND; round >= NAB_LAST_ROUND; round /= 2) {
        uint16_t offset = nab_start(&w->random);
        for (int left = round; left > 0; left--, offset++) {
            wanted.source_port = __builtin_bswap16(nab_port(offset));
            const entry *self = left <= EVICTING_PROBES ? 0 : e; // the last probes of a round look for something to evict: a connection in SYN_SENT never is
            if (!is_used(t, w, &wanted, self)) goto chosen;
        }
    }
chosen:
    e->tuples[1] = inverse(&wanted);
}

static void add_source(table *t, entry *e, uint32_t bucket) {
    e->status |= SOURCE_NAT;
    spinlock *l = &t->source_locks[bucket % LOCKS];
    lock(l);
    e->next_of_source = t->sources[bucket];
    e->previous_of_source = &t->sources[bucket];
    if (e->next_of_source) e->next_of_source->previous_of_source = &e->next_of_source;
    RELEASE(t->sources[bucket], e);
    unlock(l);
    e->status |= SOURCE_NAT_DONE;
}

static void remove_source(table *t, entry *e) {
    spinlock *l = &t->source_locks[source_bucket_of(t, &e->tuples[0]) % LOCKS];
    lock(l);
    RELEASE(*e->previous_of_source, e->next_of_source);
    if (e->next_of_source) e->next_of_source->previous_of_source = e->previous_of_source;
    unlock(l);
}

// 1: the tuple is taken, 2: the chain is too long.
INLINE int walk(uintptr_t link, const tuple *what, int limit) {
    for (int length = 0; !is_end(link); link = entry_of(link)->next[link & 1]) {
        if (same(&entry_of(link)->tuples[link & 1], what)) return 1;
        if (length++ > limit) return 2;
    }
    return 0;
}

INLINE void push(table *t, entry *e, int direction, uint32_t bucket) {
    uintptr_t head = t->heads[bucket];
    e->next[direction] = head;
    e->previous[direction] = &t->heads[bucket];
    if (!is_end(head)) entry_of(head)->previous[head & 1] = &e->next[direction];
    RELEASE(t->heads[bucket], (uintptr_t)e | (unsigned)direction);
}

INLINE void pull(entry *e, int direction) {
    uintptr_t next = e->next[direction];
    RELEASE(*e->previous[direction], next);
    if (!is_end(next)) entry_of(next)->previous[next & 1] = e->previous[direction];
}

INLINE int confirm(table *t, worker *w, entry *e, uint32_t original) {
    int limit = CHAIN_MINIMUM + (int)scale((uint32_t)(nab_draw(&w->random) >> 32), CHAIN_SPREAD);
    uint32_t reply = bucket_of(t, &e->tuples[1]);
    lock_pair(t, original, reply);
    int refused = (e->status & (CONFIRMED | DYING)) || walk(t->heads[original], &e->tuples[0], limit) || walk(t->heads[reply], &e->tuples[1], limit);
    if (!refused) {
        e->deadline += w->now; // until here it is a span
        push(t, e, 0, original);
        push(t, e, 1, reply);
        RELEASE(e->status, e->status | CONFIRMED); // pairs with the acquire of find: who sees it sees tuples and deadline
    }
    unlock_pair(t, original, reply);
    return !refused;
}

static tuple original_of(const table *t, int flow) {
    tuple o = {.source_port = __builtin_bswap16(t->workload.source_port), .family = 2, .destination_port = __builtin_bswap16(t->workload.destination_port), .protocol = TCP};
    o.source[0] = __builtin_bswap32(t->workload.first_client + (uint32_t)flow);
    o.destination[0] = __builtin_bswap32(t->workload.first_destination + (uint32_t)flow % t->workload.destinations);
    return o;
}

INLINE int connect_one(table *t, worker *w, int flow) {
    tuple original = original_of(t, flow);
    uint32_t bucket = bucket_of(t, &original);
    if (find(t, &original, bucket, 0, w->now)) return 0;
    if (__atomic_add_fetch(&t->count.value, 1, __ATOMIC_RELAXED) > t->limit) {
        __atomic_sub_fetch(&t->count.value, 1, __ATOMIC_RELAXED);
        return 0;
    }
    entry *e = &t->slab[flow];
    e->tuples[0] = original;
    e->tuples[1] = inverse(&original);
    e->status = 0;
    e->deadline = t->workload.lifetime_ms;
    uint32_t source_bucket = source_bucket_of(t, &original);
    choose(t, w, e, source_bucket);
    add_source(t, e, source_bucket);
    if (confirm(t, w, e, bucket)) return 1;
    remove_source(t, e);
    __atomic_sub_fetch(&t->count.value, 1, __ATOMIC_RELAXED);
    w->failed++;
    return 0;
}

static int take_out(table *t, entry *e) {
    if (__atomic_fetch_or(&e->status, DYING, __ATOMIC_ACQ_REL) & DYING) return 0;
    uint32_t original = bucket_of(t, &e->tuples[0]), reply = bucket_of(t, &e->tuples[1]);
    remove_source(t, e);
    lock_pair(t, original, reply);
    pull(e, 0);
    pull(e, 1);
    RELEASE(e->status, 0);
    unlock_pair(t, original, reply);
    __atomic_sub_fetch(&t->count.value, 1, __ATOMIC_RELAXED);
    return 1;
}

__attribute__((noinline)) int nab_connect(void *of, int number, int first, int end) {
    table *t = of;
    int confirmed = 0;
    for (int flow = first; flow < end; flow++) confirmed += connect_one(t, &t->workers[number], flow);
    return confirmed;
}

int nab_delete(void *of, int number, int first, int end) {
    table *t = of;
    int removed = 0;
    for (int flow = first; flow < end; flow++) {
        tuple original = original_of(t, flow);
        entry *e = find(t, &original, bucket_of(t, &original), 0, t->workers[number].now);
        removed += e && take_out(t, e);
    }
    return removed;
}

void nab_pass_lifetime(void *of, int number) { ((table *)of)->workers[number].now += ((table *)of)->workload.lifetime_ms + 1000; }

int nab_expire(void *of, int number, int part, int parts) {
    table *t = of;
    int removed = 0;
    int64_t first = (int64_t)t->workload.connections * part / parts, end = (int64_t)t->workload.connections * (part + 1) / parts;
    for (int64_t at = first; at < end; at++) {
        entry *e = &t->slab[at];
        removed += (ACQUIRE(e->status) & CONFIRMED) && is_expired(e, t->workers[number].now) && take_out(t, e);
    }
    return removed;
}

int64_t nab_count(void *of) { return ((table *)of)->count.value; }

int64_t nab_bytes(void *of) {
    const table *t = of;
    return (int64_t)(sizeof(table) + sizeof(entry) * t->workload.connections + (sizeof *t->heads + sizeof *t->sources) * t->workload.buckets);
}

struct nab_work nab_done(void *of) {
    const table *t = of;
    struct nab_work work = {0, 0};
    for (uint32_t at = 0; at < t->workload.threads; at++) {
        work.probes += t->workers[at].probes;
        work.insert_failed += t->workers[at].failed;
    }
    return work;
}

int nab_reply_port(void *of, int flow) {
    table *t = of;
    tuple original = original_of(t, flow);
    entry *e = find(t, &original, bucket_of(t, &original), 0, t->workers[0].now);
    return e ? __builtin_bswap16(e->tuples[1].destination_port) : -1;
}

int nab_prove(void *of, int64_t connections, char *why, int size) {
    table *t = of;
    int64_t nodes = 0, sources = 0, right = 0;
    for (uint32_t bucket = 0; bucket < t->workload.buckets; bucket++) {
        for (uintptr_t link = t->heads[bucket]; !is_end(link); link = entry_of(link)->next[link & 1]) {
            nodes++;
            right += bucket_of(t, &entry_of(link)->tuples[link & 1]) == bucket;
        }
        for (entry *e = t->sources[bucket]; e; e = e->next_of_source) sources += source_bucket_of(t, &e->tuples[0]) == bucket;
    }
    if (nodes == 2 * connections && right == nodes && sources == connections && t->count.value == connections) return 0;
    snprintf(why, (size_t)size, "%ld connections expected, %ld nodes of which %ld in the right chain, %ld by source, count %ld",
        (long)connections, (long)nodes, (long)right, (long)sources, (long)t->count.value);
    return 1;
}

void nab_destroy(void *of) {
    table *t = of;
    if (!t) return;
    free(t->heads);
    free(t->sources);
    free(t->slab);
    free(t->workers);
    free(t);
}

void *nab_create(const struct nab_workload *workload, char *why, int size) {
    table *t = nab_memory(sizeof *t);
    if (t) {
        t->workload = *workload;
        t->limit = (int64_t)workload->connections + 1024 * workload->threads;
        t->heads = nab_memory(sizeof *t->heads * workload->buckets);
        t->sources = nab_memory(sizeof *t->sources * workload->buckets);
        t->slab = nab_memory(sizeof *t->slab * workload->connections);
        t->workers = nab_memory(sizeof *t->workers * workload->threads);
    }
    if (!t || !t->heads || !t->sources || !t->slab || !t->workers) {
        nab_destroy(t);
        snprintf(why, (size_t)size, "out of memory");
        return 0;
    }
    for (uint32_t bucket = 0; bucket < workload->buckets; bucket++) t->heads[bucket] = end_of(bucket);
    for (uint32_t at = 0; at < workload->threads; at++) {
        t->workers[at].random = (workload->seed | 1) ^ 0x9E3779B97F4A7C15ull * (at + 1);
        t->workers[at].now = 1000;
    }
    return t;
}

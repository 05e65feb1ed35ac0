// A tuple as a key of two words, and its hash: the library's own choice, or the kernel's SipHash-2-4 with -DNAB_SIPHASH.
#pragma once
#include "siphash.h"

struct Key {
    uint64_t addresses; // source, destination << 32
    uint64_t rest;      // source port, destination port << 16, protocol << 48
    bool operator==(const Key &other) const { return ((addresses ^ other.addresses) | (rest ^ other.rest)) == 0; }
};

constexpr uint64_t Tcp = 6;

inline Key key_of(uint32_t source, uint32_t destination, uint16_t source_port, uint16_t destination_port) {
    return {source | (uint64_t)destination << 32, source_port | (uint64_t)destination_port << 16 | Tcp << 48};
}

inline Key source_of(Key key) { return {key.addresses & 0xffffffffu, key.rest & ~0xffff0000ull}; }

inline uint64_t hash_key[2];

#ifdef NAB_SIPHASH
// 39 bytes: the tuple without its direction, hashed by the kernel from 6.5 on. Net mix and zone are 0.
inline __attribute__((always_inline)) uint64_t hash_of(Key key) {
    uint64_t source_port = key.rest & 0xffff, destination_port = key.rest >> 16 & 0xffff, protocol = key.rest >> 48;
    uint64_t words[4] = {key.addresses & 0xffffffff, 0, source_port | 2 << 16 | key.addresses >> 32 << 32, 0};
    return nab_siphash(hash_key, words, 4, destination_port << 32 | protocol << 48 | 39ull << 56);
}
#else
// wyhash of 16 bytes, seeded: two 64 by 64 multiplications. Fast, and no defence against flooding.
inline uint64_t fold(uint64_t x, uint64_t y) {
    unsigned __int128 product = (unsigned __int128)x * y;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

inline uint64_t hash_of(Key key) {
    constexpr uint64_t secret0 = 0x8bb84b93962eacc9ull, secret1 = 0x2d358dccaa6c78a5ull;
    return fold(secret0 ^ 16, fold(key.addresses ^ secret0, key.rest ^ secret1 ^ hash_key[0]));
}
#endif

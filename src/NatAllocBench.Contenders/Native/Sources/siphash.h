// SipHash-2-4 over whole words and a last block that holds the length, as the model computes it. Written from the published algorithm.
#pragma once
#include <stdint.h>

static inline uint64_t nab_rotl(uint64_t value, int bits) { return value << bits | value >> (64 - bits); }

#define NAB_SIP_ROUND                                             \
    v0 += v1; v1 = nab_rotl(v1, 13) ^ v0; v0 = nab_rotl(v0, 32);  \
    v2 += v3; v3 = nab_rotl(v3, 16) ^ v2;                         \
    v0 += v3; v3 = nab_rotl(v3, 21) ^ v0;                         \
    v2 += v1; v1 = nab_rotl(v1, 17) ^ v2; v2 = nab_rotl(v2, 32);

static inline __attribute__((always_inline)) uint64_t nab_siphash(const uint64_t key[2], const uint64_t *words, int count, uint64_t last) {
    uint64_t v0 = key[0] ^ 0x736f6d6570736575ull, v1 = key[1] ^ 0x646f72616e646f6dull;
    uint64_t v2 = key[0] ^ 0x6c7967656e657261ull, v3 = key[1] ^ 0x7465646279746573ull;
    for (int i = 0; i < count; i++) {
        v3 ^= words[i];
        NAB_SIP_ROUND NAB_SIP_ROUND
        v0 ^= words[i];
    }
    v3 ^= last;
    NAB_SIP_ROUND NAB_SIP_ROUND
    v0 ^= last;
    v2 ^= 0xff;
    NAB_SIP_ROUND NAB_SIP_ROUND NAB_SIP_ROUND NAB_SIP_ROUND
    return v0 ^ v1 ^ v2 ^ v3;
}

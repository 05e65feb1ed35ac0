// The port search of Linux 6.12: 128 candidates from a random start, then 64, 32, 16 and 8 from new ones.
#pragma once
#include <stdint.h>

enum { NAB_MINIMUM_PORT = 1024, NAB_PORTS = 64512, NAB_FIRST_ROUND = 128, NAB_LAST_ROUND = 8 };

static inline uint64_t nab_draw(uint64_t *state) { // xorshift64: a draw costs as little as the model's
    uint64_t x = *state;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

static inline uint16_t nab_start(uint64_t *state) { return (uint16_t)(nab_draw(state) >> 16); }

static inline uint16_t nab_port(uint16_t offset) { return (uint16_t)(NAB_MINIMUM_PORT + offset % NAB_PORTS); }

// Native memory as the model's tables have it: touched before the first round, on 2 MiB pages where Linux grants them.
#pragma once
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static inline void *nab_memory(size_t bytes) {
    const size_t huge = (size_t)2 << 20;
    size_t length = (bytes + huge - 1) / huge * huge;
    void *memory = aligned_alloc(huge, length);
    if (memory) {
        madvise(memory, length, MADV_HUGEPAGE);
        memset(memory, 0, length);
    }
    return memory;
}

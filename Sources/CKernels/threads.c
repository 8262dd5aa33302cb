// Where threads run. What others say about a thread (taskset) is kept: only an affinity that was set here is changed here.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include "CKernels.h"

// The cores of the last thread that stayed on one: those of the threads that it starts meanwhile.
static cpu_set_t shared_cores;
static pthread_mutex_t shared_lock = PTHREAD_MUTEX_INITIALIZER;

// The cores that this thread may use, and what was set here last.
static _Thread_local cpu_set_t own_cores, last_set;
static _Thread_local bool has_set = false;

static bool is_ours(void) {
  cpu_set_t now;
  return has_set && sched_getaffinity(0, sizeof now, &now) == 0 && CPU_EQUAL(&now, &last_set);
}

static bool set(const cpu_set_t *cores) {
  last_set = *cores;
  has_set = sched_setaffinity(0, sizeof *cores, cores) == 0;
  return has_set;
}

int kapao_stay(void) {
  if (sched_getaffinity(0, sizeof own_cores, &own_cores) != 0) return -1;
  const int core = sched_getcpu();
  if (core < 0 || CPU_COUNT(&own_cores) < 2 || !CPU_ISSET(core, &own_cores)) return -1;
  pthread_mutex_lock(&shared_lock);
  shared_cores = own_cores;
  pthread_mutex_unlock(&shared_lock);
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  return set(&one) ? core : -1;
}

void kapao_roam(void) {
  if (is_ours()) set(&own_cores);
}

void kapao_keep_off(int core) {
  const bool is_new = !has_set;
  if (is_new) {
    // It was started by a thread that stays on a core, and would stay there, too.
    pthread_mutex_lock(&shared_lock);
    own_cores = shared_cores;
    pthread_mutex_unlock(&shared_lock);
  } else if (!is_ours() && sched_getaffinity(0, sizeof own_cores, &own_cores) != 0) {
    return;
  }
  cpu_set_t others = own_cores;
  CPU_CLR(core, &others);
  if (CPU_COUNT(&others) == 0 || (!is_new && CPU_EQUAL(&others, &last_set))) return;
  set(&others);
}

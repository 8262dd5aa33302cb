// Where threads run.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>

#include "CKernels.h"

static cpu_set_t all_cores;
static pthread_once_t is_known = PTHREAD_ONCE_INIT;

static void know(void) {
  if (sched_getaffinity(0, sizeof all_cores, &all_cores) != 0) CPU_ZERO(&all_cores);
}

static cpu_set_t allowed(void) {
  pthread_once(&is_known, know);
  return all_cores;
}

int kapao_stay(void) {
  cpu_set_t cores = allowed();
  const int core = sched_getcpu();
  if (core < 0 || CPU_COUNT(&cores) < 2) return -1;
  CPU_ZERO(&cores);
  CPU_SET(core, &cores);
  return sched_setaffinity(0, sizeof cores, &cores) == 0 ? core : -1;
}

void kapao_roam(void) {
  const cpu_set_t cores = allowed();
  sched_setaffinity(0, sizeof cores, &cores);
}

void kapao_keep_off(int core) {
  static _Thread_local int kept_off = -1;
  if (core == kept_off) return;
  cpu_set_t cores = allowed();
  CPU_CLR(core, &cores);
  if (sched_setaffinity(0, sizeof cores, &cores) == 0) kept_off = core;
}

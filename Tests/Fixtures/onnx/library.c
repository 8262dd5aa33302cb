// Libraries that pass for ONNX Runtime and are wrong in one way, for the tests.
//
//   VERSION     what it calls itself
//   NO_TABLE    it has no functions for any version
//   REAL        the library whose functions it has, but for those below
//   PROVIDER    what it claims to compute with as well
//   FAIL_MODEL  what it says of every network
//   RUN_ONCE    the first run of each kind is computed, and later ones have its output: a device that takes no time
//               (Benchmarks/gpu)
//   FAIL_RUN    the runs from this one on fail; with FAIL_ONCE only that one
#include "COnnxRuntime.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static OrtApi table;

#ifdef REAL
typedef OrtStatus *(*CreateStatus)(int, const char *);
static const OrtApi *real;

static OrtStatus *failure(const char *text) { return ((CreateStatus)real->gap0[0])(1, text); }

#ifdef FAIL_MODEL
static OrtStatus *fail_model(const OrtEnv *environment, const void *model, size_t size, const OrtSessionOptions *options,
                             OrtSession **session) {
  return failure(FAIL_MODEL);
}
#endif

#ifdef FAIL_RUN
static int runs;

static OrtStatus *fail_run(OrtSession *session, const OrtRunOptions *options, OrtNames inputNames,
                           const OrtValue *const *inputs, size_t inputCount, OrtNames outputNames, size_t outputCount,
                           OrtValue **outputs) {
  int run = __sync_add_and_fetch(&runs, 1);
#ifdef FAIL_ONCE
  if (run == FAIL_RUN) return failure("the device is\n lost");
#else
  if (run >= FAIL_RUN) return failure("the device is\n lost");
#endif
  return real->Run(session, options, inputNames, inputs, inputCount, outputNames, outputCount, outputs);
}
#endif

#ifdef RUN_ONCE
// GetTensorMutableData, GetTensorShapeElementCount, GetTensorTypeAndShape, ReleaseTensorTypeAndShapeInfo.
typedef OrtStatus *(*Get)(const void *, void *);
typedef void (*Release)(void *);

static float *floats(const OrtValue *value, size_t *count) {
  void *data = NULL, *shape = NULL;
  ((Get)real->gap50[1])(value, &data);
  ((Get)real->gap50[15])(value, &shape);
  ((Get)real->gap50[14])(shape, count);
  ((Release)real->gap97[2])(shape);
  return data;
}

static OrtStatus *run_once(OrtSession *session, const OrtRunOptions *options, OrtNames inputNames,
                           const OrtValue *const *inputs, size_t inputCount, OrtNames outputNames, size_t outputCount,
                           OrtValue **outputs) {
  static struct Stored { size_t size; float *data; struct Stored *next; } *all;
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  for (size_t index = 0; index < outputCount; index++) {
    size_t count;
    float *data = floats(outputs[index], &count);
    pthread_mutex_lock(&lock);
    struct Stored *found = all;
    while (found && found->size != count) found = found->next;
    pthread_mutex_unlock(&lock);
    if (found) {
      memcpy(data, found->data, count * sizeof(float));
      continue;
    }
    OrtStatus *status = real->Run(session, options, inputNames, inputs, inputCount, outputNames, outputCount, outputs);
    if (status) return status;
    for (size_t other = 0; other < outputCount; other++) {
      struct Stored *stored = malloc(sizeof(*stored));
      data = floats(outputs[other], &stored->size);
      stored->data = malloc(stored->size * sizeof(float));
      memcpy(stored->data, data, stored->size * sizeof(float));
      pthread_mutex_lock(&lock);
      stored->next = all;
      all = stored;
      pthread_mutex_unlock(&lock);
    }
    break;
  }
  return NULL;
}
#endif

#ifdef PROVIDER
static char *names[] = {PROVIDER, "CPUExecutionProvider"};

static OrtStatus *providers(char ***list, int *count) {
  *list = names;
  *count = 2;
  return NULL;
}

static OrtStatus *release(char **list, int count) { return NULL; }
#endif
#endif

static const OrtApi *api(uint32_t version) {
#if defined(NO_TABLE)
  return NULL;
#elif defined(REAL)
  void *library = dlopen(REAL, RTLD_NOW | RTLD_LOCAL);
  if (!library) return NULL;
  OrtGetApiBaseFunction base = (OrtGetApiBaseFunction)dlsym(library, "OrtGetApiBase");
  real = base()->GetApi(version);
  if (!real) return NULL;
  memcpy(&table, real, sizeof(table));
#ifdef FAIL_MODEL
  table.CreateSessionFromArray = fail_model;
#endif
#ifdef FAIL_RUN
  table.Run = fail_run;
#endif
#ifdef RUN_ONCE
  table.Run = run_once;
#endif
#ifdef PROVIDER
  table.GetAvailableProviders = providers;
  table.ReleaseAvailableProviders = release;
#endif
#endif
  return &table;
}

static const char *version(void) { return VERSION; }

const OrtApiBase *OrtGetApiBase(void) {
  static const OrtApiBase base = {api, version};
  return &base;
}

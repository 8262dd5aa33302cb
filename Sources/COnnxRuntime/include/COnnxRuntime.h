// The part of ONNX Runtime's C API that is called, declared by hand: the library is loaded at run time, and neither its header
// nor the library is needed to build. `OrtApi` is a table of functions whose order never changes (new ones come last); what is
// not called here is a gap. The functions are described at https://onnxruntime.ai/docs/api/c/struct_ort_api.html.
#pragma once

#include <stddef.h>
#include <stdint.h>

typedef struct OrtStatus OrtStatus;
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtRunOptions OrtRunOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtProviderOptions OrtProviderOptions;

typedef void (*OrtLoggingFunction)(void *parameter, int severity, const char *category, const char *id,
                                   const char *location, const char *message);
typedef const char *const *OrtNames;

enum {
  kOrtLoggingLevelError = 3,
  kOrtDeviceAllocator = 0,
  kOrtMemTypeCPU = -1,
  kOrtMemTypeDefault = 0,
  kOrtElementFloat = 1,
};

// The functions that are called are there from this version of the table on (ONNX Runtime 1.17).
enum { kOrtOldestVersion = 17 };

typedef struct OrtApi {
  void *gap0[2];
  const char *(*GetErrorMessage)(const OrtStatus *);
  void *gap3[1];
  OrtStatus *(*CreateEnvWithCustomLogger)(OrtLoggingFunction, void *parameter, int level, const char *id, OrtEnv **);
  void *gap5[1];
  OrtStatus *(*DisableTelemetryEvents)(const OrtEnv *);
  void *gap7[1];
  OrtStatus *(*CreateSessionFromArray)(const OrtEnv *, const void *model, size_t, const OrtSessionOptions *, OrtSession **);
  OrtStatus *(*Run)(OrtSession *, const OrtRunOptions *, OrtNames inputNames, const OrtValue *const *inputs,
                    size_t inputCount, OrtNames outputNames, size_t outputCount, OrtValue **outputs);
  OrtStatus *(*CreateSessionOptions)(OrtSessionOptions **);
  void *gap11[13];
  OrtStatus *(*SetIntraOpNumThreads)(OrtSessionOptions *, int);
  OrtStatus *(*SetInterOpNumThreads)(OrtSessionOptions *, int);
  void *gap26[23];
  OrtStatus *(*CreateTensorWithDataAsOrtValue)(const OrtMemoryInfo *, void *data, size_t bytes, const int64_t *shape,
                                               size_t dimensions, int element, OrtValue **);
  void *gap50[18];
  OrtStatus *(*CreateMemoryInfo)(const char *name, int allocatorType, int device, int memoryType, OrtMemoryInfo **);
  OrtStatus *(*CreateCpuMemoryInfo)(int allocatorType, int memoryType, OrtMemoryInfo **);
  void *gap70[5];
  OrtStatus *(*AllocatorAlloc)(OrtAllocator *, size_t, void **);
  OrtStatus *(*AllocatorFree)(OrtAllocator *, void *);
  void *gap77[16];
  void (*ReleaseStatus)(OrtStatus *);
  void (*ReleaseMemoryInfo)(OrtMemoryInfo *);
  void (*ReleaseSession)(OrtSession *);
  void (*ReleaseValue)(OrtValue *);
  void *gap97[3];
  void (*ReleaseSessionOptions)(OrtSessionOptions *);
  void *gap101[24];
  OrtStatus *(*GetAvailableProviders)(char ***, int *);
  OrtStatus *(*ReleaseAvailableProviders)(char **, int);
  void *gap127[3];
  OrtStatus *(*AddSessionConfigEntry)(OrtSessionOptions *, const char *key, const char *value);
  OrtStatus *(*CreateAllocator)(const OrtSession *, const OrtMemoryInfo *, OrtAllocator **);
  void (*ReleaseAllocator)(OrtAllocator *);
  void *gap133[37];
  OrtStatus *(*AppendTensorRT)(OrtSessionOptions *, const OrtProviderOptions *);
  OrtStatus *(*CreateTensorRTOptions)(OrtProviderOptions **);
  OrtStatus *(*UpdateTensorRTOptions)(OrtProviderOptions *, OrtNames keys, OrtNames values, size_t);
  void *gap173[1];
  void (*ReleaseTensorRTOptions)(OrtProviderOptions *);
  void *gap175[29];
  OrtStatus *(*AppendCUDA)(OrtSessionOptions *, const OrtProviderOptions *);
  OrtStatus *(*CreateCUDAOptions)(OrtProviderOptions **);
  OrtStatus *(*UpdateCUDAOptions)(OrtProviderOptions *, OrtNames keys, OrtNames values, size_t);
  void *gap207[1];
  void (*ReleaseCUDAOptions)(OrtProviderOptions *);
  OrtStatus *(*AppendMIGraphX)(OrtSessionOptions *, const void *options);
  void *gap210[65];
  OrtStatus *(*AppendOpenVINO)(OrtSessionOptions *, OrtNames keys, OrtNames values, size_t);
} OrtApi;

// The last of each group has the number that the library's own source asserts for the end of a version.
_Static_assert(offsetof(OrtApi, CreateSessionFromArray) == 8 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, CreateTensorWithDataAsOrtValue) == 49 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, CreateMemoryInfo) == 68 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, ReleaseStatus) == 93 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, ReleaseAvailableProviders) == 126 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, AddSessionConfigEntry) == 130 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, AppendTensorRT) == 170 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, AppendMIGraphX) == 209 * sizeof(void *), "order");
_Static_assert(offsetof(OrtApi, AppendOpenVINO) == 275 * sizeof(void *), "order");

typedef struct OrtApiBase {
  const OrtApi *(*GetApi)(uint32_t version);
  const char *(*GetVersionString)(void);
} OrtApiBase;

typedef const OrtApiBase *(*OrtGetApiBaseFunction)(void);

// MIGraphX's options have no functions: this is their layout since 1.22; earlier ones are shorter.
typedef struct OrtMIGraphXOptions {
  int device;
  int half;
  int other[3];
  const char *calibration;
  int saves;
  const char *saved;
  int loads;
  const char *loaded;
  _Bool tunes;
  size_t memory;
  int strategy;
  void *later[8];
} OrtMIGraphXOptions;

// Keeps the last error that the library logs in the calling thread, and prints nothing: the status of what fails often
// says less, as where a library that a device needs is missing.
void kapao_ort_log(void *parameter, int severity, const char *category, const char *id, const char *location,
                   const char *message);
const char *kapao_ort_last_message(void);
void kapao_ort_forget_message(void);

#include "COnnxRuntime.h"

#include <stdio.h>

static _Thread_local char last[1024];

void kapao_ort_log(void *parameter, int severity, const char *category, const char *id, const char *location,
                   const char *message) {
  (void)parameter, (void)category, (void)id, (void)location;
  if (severity >= kOrtLoggingLevelError && message) snprintf(last, sizeof(last), "%s", message);
}

const char *kapao_ort_last_message(void) { return last; }

void kapao_ort_forget_message(void) { last[0] = 0; }

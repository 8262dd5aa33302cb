#define _GNU_SOURCE
#include "CProcess.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

// `make` writes it.
#if __has_include("commit.h")
#include "commit.h"
#else
#define KAPAO_COMMIT ""
#endif

static int argument_count;
static char **arguments;

// libgcrypt's GCRYCTL_DISABLE_SECMEM_WARN. libssh, which libavformat brings along, asks for locked memory when it is
// loaded; where the limit for it is low, libgcrypt complains on standard error. We have no secrets for it.
enum { disable_secure_memory_warning = 27 };

static void before_libraries(int count, char **values, char **environment) {
  (void)environment;
  argument_count = count;
  arguments = values;
  int (*control)(int, ...) = (int (*)(int, ...))dlsym(RTLD_DEFAULT, "gcry_control");
  if (control) control(disable_secure_memory_warning);
}

// The only functions that run before those with which libraries start.
__attribute__((section(".preinit_array"), used)) static void (*const before)(int, char **, char **) = before_libraries;

void kapao_show_argument(int index, const char *text) {
  if (index < 0 || index >= argument_count) return;
  size_t length = strlen(arguments[index]), shown = strnlen(text, length);
  memcpy(arguments[index], text, shown);
  memset(arguments[index] + shown, 0, length - shown);
}

const char *kapao_commit(void) { return KAPAO_COMMIT; }

int kapao_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC); }

int kapao_spawn(int *process, char *const values[], char *const environment[], int errors) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t actions;
  int result = posix_spawnattr_init(&attributes);
  if (result) return result;
  result = posix_spawn_file_actions_init(&actions);
  if (result) {
    posix_spawnattr_destroy(&attributes);
    return result;
  }
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGQUIT);
  sigaddset(&signals, SIGHUP);
  sigaddset(&signals, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors, 2);
  result = posix_spawn(process, values[0], &actions, &attributes, values, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return result;
}

void kapao_end_with(int parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(130);
}

// What has to be done before the libraries start, or with memory that only the first function of the program is given.
#pragma once

/// Writes `text` over argument `index` in the list of processes, cut to the argument's length; 0 is the program's name.
void kapao_show_argument(int index, const char *text);

/// The commit that the program was built from, empty if it was not built by `make`.
const char *kapao_commit(void);

/// Makes a pipe that other programs do not inherit; 0, or -1 with `errno`.
int kapao_pipe(int ends[2]);

/// Starts a program in a process group of its own, with signals as usual, nothing to read, no standard output, and `errors`
/// as its standard error; 0 or the system's error number.
int kapao_spawn(int *process, char *const arguments[], char *const environment[], int errors);

/// Lets the system end this process as soon as the thread that started it ends; ends it if that is so already.
void kapao_end_with(int parent);

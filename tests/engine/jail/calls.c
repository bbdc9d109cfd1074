// Calls the system itself, as a hostile addon of a package would, as it is loaded. What came of
// each call stands in the environment: "done" or "refused: N".
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static void say(const char *name, long result) {
  char key[64], value[64];
  snprintf(key, sizeof key, "CALL_%s", name);
  if (result < 0) snprintf(value, sizeof value, "refused: %d", errno);
  else snprintf(value, sizeof value, "done");
  setenv(key, value, 1);
}
#define TRY(name, call) do { errno = 0; long result_ = (long)(call); say(#name, result_); } while (0)

__attribute__((constructor)) static void run(void) {
  long child;
  pid_t parent = getppid();
  TRY(fork, child = syscall(SYS_fork));
  if (child == 0) _exit(0);
  TRY(clone, child = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0));
  if (child == 0) _exit(0);
  char args[88] = {0};
  args[32] = SIGCHLD;
  TRY(clone3, child = syscall(SYS_clone3, args, 88));
  if (child == 0) _exit(0);
  TRY(socket, socket(AF_INET, SOCK_STREAM, 0));
  TRY(socket_unix, socket(AF_UNIX, SOCK_STREAM, 0));
  TRY(socket_netlink, socket(AF_NETLINK, SOCK_RAW, 0));
  TRY(socket_x32, syscall(0x40000000 | SYS_socket, AF_INET, SOCK_STREAM, 0));
  int pair[2];
  TRY(socketpair, socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
  TRY(kill, kill(parent, 0));
  TRY(tgkill, syscall(SYS_tgkill, parent, parent, 0));
  TRY(sigqueue, sigqueue(parent, 0, (union sigval){0}));
  TRY(pidfd_open, syscall(SYS_pidfd_open, parent, 0));
  TRY(ptrace, syscall(SYS_ptrace, 16, parent, 0, 0));
  char buffer[8];
  struct { void *base; size_t length; } local = {buffer, 8}, remote = {(void *)0x400000, 8};
  TRY(process_vm_readv, syscall(SYS_process_vm_readv, parent, &local, 1, &remote, 1, 0));
  TRY(process_vm_writev, syscall(SYS_process_vm_writev, parent, &local, 1, &remote, 1, 0));
  struct rlimit limit = {1, 1};
  TRY(prlimit, syscall(SYS_prlimit64, parent, RLIMIT_NOFILE, &limit, 0));
  TRY(setpriority, setpriority(PRIO_PROCESS, parent, 19));
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(0, &set);
  TRY(affinity, sched_setaffinity(parent, sizeof set, &set));
  TRY(io_uring, syscall(SYS_io_uring_setup, 1, args));
  TRY(bpf, syscall(SYS_bpf, 0, args, 88));
  TRY(userfaultfd, syscall(SYS_userfaultfd, 0));
  TRY(perf, syscall(SYS_perf_event_open, args, parent, -1, -1, 0));
  TRY(keyctl, syscall(SYS_add_key, "user", "eventglass", "x", 1, -3));
  TRY(memfd, syscall(SYS_memfd_create, "x", 0));
  TRY(unshare, unshare(CLONE_NEWUSER));
  TRY(mount, syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, 0));
  TRY(chroot, chroot("/tmp"));
  TRY(shmget, syscall(SYS_shmget, 77, 4096, 0666 | 01000));
  const char *own = getenv("EVENTGLASS_OWN") ? getenv("EVENTGLASS_OWN") : OWN;
  int file = open(own, O_RDONLY);
  say("own_file_is_open", file >= 0 ? -1 : 0);
  TRY(open_write, open(own, O_RDWR));
  TRY(chmod, chmod(own, 0777));
  TRY(fchmod, fchmod(file, 0777));
  TRY(fchmodat2, syscall(452, AT_FDCWD, own, 0777, 0));
  TRY(chown, chown(own, 1, 1));
  TRY(utimensat, utimensat(AT_FDCWD, own, NULL, 0));
  TRY(setxattr, setxattr(own, "user.x", "x", 1, 0));
  TRY(fsetxattr, fsetxattr(file, "user.x", "x", 1, 0));
  TRY(truncate, truncate(own, 0));
  TRY(flock, syscall(SYS_flock, file, 1));
  struct flock lock = {.l_type = F_RDLCK};
  TRY(fcntl_lock, fcntl(file, F_SETLK, &lock));
  TRY(fcntl_ofd_lock, fcntl(file, F_OFD_SETLK, &lock));
  TRY(fcntl_owner, fcntl(file, F_SETOWN, parent));
  long flags = 0x10;
  TRY(ioctl_flags, ioctl(file, 0x40086602, &flags));
  TRY(mknod, mknod("/tmp/eventglass-jail-pipe", S_IFIFO | 0666, 0));
  TRY(execve, execl("/bin/true", "true", NULL));
  TRY(sethostname, sethostname("x", 1));
}

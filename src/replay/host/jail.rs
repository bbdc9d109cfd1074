//! Takes from a process what the code of a reducer must not have: files, the network, other
//! processes. What is taken stays taken, also after the process becomes another program.
//!
//! Landlock takes the files, seccomp the calls of the system that reach further. Neither can be
//! undone, not even by root.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use landlock::{
    ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetCreatedAttr, RulesetStatus,
    Scope, path_beneath_rules,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    apply_filter, sock_filter,
};

/// What stays allowed.
#[derive(Debug, Default)]
pub(super) struct Allowed {
    /// Files and folders that may be read.
    pub reads: Vec<PathBuf>,
    /// Files and folders that may be read, and run as programs or loaded by them.
    pub runs: Vec<PathBuf>,
}

/// Goes into the jail; threads that are there already stay outside.
///
/// # Errors
/// The system has no jail: it must be Linux 5.13 with landlock, or newer.
pub(super) fn enter(allowed: &Allowed) -> io::Result<()> {
    files(allowed).map_err(io::Error::other)?;
    calls().map_err(io::Error::other)
}

fn files(allowed: &Allowed) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let newest = ABI::V6;
    let reads = AccessFs::ReadFile | AccessFs::ReadDir;
    let status = Ruleset::default()
        .set_compatibility(CompatLevel::HardRequirement)
        .handle_access(AccessFs::from_all(ABI::V1))?
        .set_compatibility(CompatLevel::BestEffort)
        .handle_access(AccessFs::from_all(newest))?
        .handle_access(AccessNet::from_all(newest))?
        .scope(Scope::from_all(newest))?
        .create()?
        .add_rules(path_beneath_rules(&allowed.reads, reads))?
        .add_rules(path_beneath_rules(&allowed.runs, reads | AccessFs::Execute))?
        .restrict_self()?;
    match status.ruleset {
        RulesetStatus::NotEnforced => Err("the system has no landlock".into()),
        _ => Ok(()),
    }
}

/// Bit of a clone's flags: it makes a thread, no process.
const CLONE_THREAD: u64 = 0x0001_0000;
/// Numbers of the x32 calls begin here; those are the same calls by other numbers.
const X32_BIT: u32 = 0x4000_0000;
/// The commands of `ioctl` that a program needs of its pipes: TCGETS, TIOCGWINSZ, FIONREAD,
/// FIONBIO, FIONCLEX, FIOCLEX.
const HARMLESS_IOCTL: [u64; 6] = [0x5401, 0x5413, 0x541b, 0x5421, 0x5450, 0x5451];
/// The commands of `fcntl` that lock files or send signals: F_SETLK, F_SETLKW, F_SETOWN, F_SETSIG,
/// F_SETOWN_EX, F_OFD_SETLK, F_OFD_SETLKW, F_SETLEASE, F_NOTIFY.
const HARMFUL_FCNTL: [u64; 9] = [6, 7, 8, 10, 15, 37, 38, 1024, 1026];

fn calls() -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let arch = std::env::consts::ARCH.try_into()?;
    // Threads are made by `clone3` where it is there; whether it makes one cannot be seen from
    // outside, so it is said not to be there.
    let missing: BTreeMap<i64, Vec<SeccompRule>> = [(libc::SYS_clone3, Vec::new())].into();
    let filter = SeccompFilter::new(missing, SeccompAction::Allow, SeccompAction::Errno(libc::ENOSYS as u32), arch)?;
    let program: BpfProgram = filter.try_into()?;
    apply_filter(&program)?;
    let is = |argument, operator, value| SeccompCondition::new(argument, SeccompCmpArgLen::Dword, operator, value);
    let mut refused: BTreeMap<i64, Vec<SeccompRule>> = REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    let no_thread = SeccompCondition::new(0, SeccompCmpArgLen::Qword, SeccompCmpOp::MaskedEq(CLONE_THREAD), 0)?;
    refused.insert(libc::SYS_clone, vec![SeccompRule::new(vec![no_thread])?]);
    let sets_limits = SeccompCondition::new(2, SeccompCmpArgLen::Qword, SeccompCmpOp::Ne, 0)?;
    refused.insert(libc::SYS_prlimit64, vec![SeccompRule::new(vec![sets_limits])?]);
    let no_harmless = HARMLESS_IOCTL.into_iter().map(|command| is(1, SeccompCmpOp::Ne, command));
    refused.insert(libc::SYS_ioctl, vec![SeccompRule::new(no_harmless.collect::<Result<_, _>>()?)?]);
    let harmful = HARMFUL_FCNTL.into_iter().map(|command| SeccompRule::new(vec![is(1, SeccompCmpOp::Eq, command)?]));
    refused.insert(libc::SYS_fcntl, harmful.collect::<Result<_, _>>()?);
    let filter = SeccompFilter::new(refused, SeccompAction::Allow, SeccompAction::Errno(libc::EPERM as u32), arch)?;
    let program: BpfProgram = filter.try_into()?;
    apply_filter(&program)?;
    if cfg!(target_arch = "x86_64") {
        apply_filter(&no_x32())?;
    }
    Ok(())
}

/// Loads the call's number; at or above the x32 bit EPERM, else allowed.
fn no_x32() -> BpfProgram {
    let line = |code, jt, jf, k| sock_filter { code, jt, jf, k };
    vec![
        line(0x20, 0, 0, 0),
        line(0x35, 0, 1, X32_BIT),
        line(0x06, 0, 0, 0x0005_0000 | libc::EPERM as u32),
        line(0x06, 0, 0, 0x7fff_0000),
    ]
}

/// Calls that reach the network, other processes, or what is written about files.
#[rustfmt::skip]
const REFUSED: &[i64] = &[
    // Network and channels to others.
    libc::SYS_socket, libc::SYS_socketpair, libc::SYS_connect, libc::SYS_bind, libc::SYS_listen, libc::SYS_accept,
    libc::SYS_accept4, libc::SYS_sendto, libc::SYS_sendmsg, libc::SYS_sendmmsg,
    libc::SYS_shmget, libc::SYS_shmat, libc::SYS_msgget, libc::SYS_semget, libc::SYS_mq_open, libc::SYS_memfd_create,
    // Processes.
    #[cfg(target_arch = "x86_64")] libc::SYS_fork,
    #[cfg(target_arch = "x86_64")] libc::SYS_vfork,
    libc::SYS_execveat, libc::SYS_kill, libc::SYS_tkill, libc::SYS_tgkill, libc::SYS_rt_sigqueueinfo,
    libc::SYS_rt_tgsigqueueinfo, libc::SYS_pidfd_open, libc::SYS_pidfd_send_signal, libc::SYS_pidfd_getfd,
    libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev, libc::SYS_process_madvise, libc::SYS_kcmp,
    libc::SYS_setpriority, libc::SYS_sched_setaffinity, libc::SYS_sched_setscheduler, libc::SYS_sched_setparam,
    libc::SYS_sched_setattr, libc::SYS_ioprio_set, libc::SYS_setpgid, libc::SYS_setsid, libc::SYS_setrlimit,
    libc::SYS_setuid, libc::SYS_setgid, libc::SYS_setreuid, libc::SYS_setregid, libc::SYS_setresuid,
    libc::SYS_setresgid, libc::SYS_setfsuid, libc::SYS_setfsgid, libc::SYS_setgroups, libc::SYS_capset,
    // What is written about files, and locks on them.
    #[cfg(target_arch = "x86_64")] libc::SYS_chmod,
    #[cfg(target_arch = "x86_64")] libc::SYS_chown,
    #[cfg(target_arch = "x86_64")] libc::SYS_lchown,
    #[cfg(target_arch = "x86_64")] libc::SYS_utime,
    #[cfg(target_arch = "x86_64")] libc::SYS_utimes,
    #[cfg(target_arch = "x86_64")] libc::SYS_futimesat,
    libc::SYS_fchmod, libc::SYS_fchmodat, 452 /* fchmodat2 */, libc::SYS_fchown, libc::SYS_fchownat, libc::SYS_utimensat,
    libc::SYS_setxattr, libc::SYS_lsetxattr, libc::SYS_fsetxattr, libc::SYS_removexattr, libc::SYS_lremovexattr,
    libc::SYS_fremovexattr, 463 /* setxattrat */, 466 /* removexattrat */, 469 /* file_setattr */,
    libc::SYS_truncate, libc::SYS_flock, libc::SYS_name_to_handle_at, libc::SYS_open_by_handle_at,
    // The system itself.
    libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register, libc::SYS_bpf,
    libc::SYS_perf_event_open, libc::SYS_userfaultfd, libc::SYS_keyctl, libc::SYS_add_key, libc::SYS_request_key,
    libc::SYS_mount, libc::SYS_umount2, libc::SYS_pivot_root, libc::SYS_chroot, libc::SYS_move_mount,
    libc::SYS_open_tree, libc::SYS_fsopen, libc::SYS_fsconfig, libc::SYS_fsmount, libc::SYS_fspick,
    libc::SYS_mount_setattr, libc::SYS_unshare, libc::SYS_setns, libc::SYS_swapon, libc::SYS_swapoff,
    libc::SYS_reboot, libc::SYS_kexec_load, libc::SYS_init_module, libc::SYS_finit_module, libc::SYS_delete_module,
    libc::SYS_acct, libc::SYS_quotactl, libc::SYS_sethostname, libc::SYS_setdomainname, libc::SYS_settimeofday,
    libc::SYS_clock_settime, libc::SYS_adjtimex, libc::SYS_clock_adjtime, libc::SYS_syslog, libc::SYS_personality,
    libc::SYS_fanotify_init, libc::SYS_vhangup, libc::SYS_sync, libc::SYS_syncfs,
];

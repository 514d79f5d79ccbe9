//! Ctrl-C: what a verb writes is finished first. Anything else ends at once, and a second Ctrl-C ends everything at once.
#![cfg_attr(
    not(feature = "sandbox"),
    expect(
        dead_code,
        reason = "`qti sandbox` alone has nothing else to do, or runs a command"
    )
)]

use std::io;
use std::process;
use std::sync::{Arc, Mutex, PoisonError};

use timeback_qti_bank::Stop;
use tokio::sync::Notify;

use crate::exit::Exit;
use crate::output::note;

/// What signals do to the command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt {
    stop: Stop,
    stopped: Arc<Notify>,
    manner: Arc<Mutex<Manner>>,
}

/// How a verb is ended by a signal.
#[derive(Debug, Clone, Copy, Default)]
enum Manner {
    /// At once. Whoever begins what must not be left half done sets another manner before.
    #[default]
    AtOnce,
    /// The first signal prints this line and asks the verb to stop; the second ends it at once.
    InTime(&'static str),
    /// Ctrl-C is left to the command that the verb has started; other signals ask the verb to stop.
    AfterChild,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    CtrlC,
    #[cfg(unix)]
    Terminate,
}

impl Interrupt {
    /// Takes signals from now on.
    pub(crate) fn listen(&self) -> io::Result<()> {
        let mut signals = Signals::new()?;
        let interrupt = self.clone();
        tokio::spawn(async move {
            while let Some(signal) = signals.next().await {
                interrupt.take(signal);
            }
        });
        Ok(())
    }

    fn take(&self, signal: Signal) {
        let manner = *self.manner.lock().unwrap_or_else(PoisonError::into_inner);
        match manner {
            Manner::AfterChild if signal == Signal::CtrlC => return,
            Manner::AfterChild => {}
            Manner::InTime(farewell) if !self.stop.is_stopped() => {
                note(format_args!("\n{farewell}"))
            }
            Manner::InTime(_) | Manner::AtOnce => {
                note("");
                process::exit(Exit::Interrupted.code().into());
            }
        }
        self.stop.stop();
        self.stopped.notify_one();
    }

    fn set(&self, manner: Manner) {
        *self.manner.lock().unwrap_or_else(PoisonError::into_inner) = manner;
    }

    /// Tells the verb that a signal asks it to stop.
    pub(crate) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// From here on, the first signal asks the verb to stop, and does not end it at once.
    pub(crate) fn finish_first(&self) {
        self.set(Manner::InTime(
            "finishing what has begun; Ctrl-C again ends at once",
        ));
    }

    /// Does work that the first signal must not cut in two. Afterwards `is_stopped` tells whether there was one.
    pub(crate) async fn let_finish<T>(&self, work: impl Future<Output = T>) -> T {
        self.finish_first();
        let done = work.await;
        self.set(Manner::AtOnce);
        done
    }
}

impl Interrupt {
    /// From here on, the first signal ends the wait of `stopped`.
    pub(crate) fn stop_when_told(&self) {
        self.set(Manner::InTime("stopping"));
    }

    /// From here on, Ctrl-C is left to a command that the verb starts, and other signals end the wait of `stopped`.
    pub(crate) fn leave_to_child(&self) {
        self.set(Manner::AfterChild);
    }

    pub(crate) async fn stopped(&self) {
        self.stopped.notified().await;
    }
}

/// Ctrl-C, and what service managers send.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    async fn next(&mut self) -> Option<Signal> {
        tokio::select! {
            got = self.interrupt.recv() => got.map(|()| Signal::CtrlC),
            got = self.terminate.recv() => got.map(|()| Signal::Terminate),
        }
    }
}

/// Ctrl-C.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self(tokio::signal::windows::ctrl_c()?))
    }

    async fn next(&mut self) -> Option<Signal> {
        self.0.recv().await.map(|()| Signal::CtrlC)
    }
}

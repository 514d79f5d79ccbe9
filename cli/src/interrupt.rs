//! Ctrl-C: a verb that writes finishes what is on the wire; anything else ends at once, and so does all at the second.
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
    /// At once: there is nothing that could be left half done.
    #[default]
    AtOnce,
    /// In its own time, which is told by this; at once by a second signal.
    InTime(&'static str),
    /// Ctrl-C is for the command that it has started; that it is to end itself is told by other signals.
    AfterChild,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signal {
    CtrlC,
    #[cfg(unix)]
    Terminate,
}

impl Interrupt {
    /// Waits for signals from now on.
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

    /// What ends a verb in its own time.
    pub(crate) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
    }

    /// From here on, the first signal stops the verb in its own time, and does not end it at once.
    pub(crate) fn finish_first(&self) {
        self.set(Manner::InTime(
            "finishing what is on the wire; Ctrl-C again ends at once",
        ));
    }
}

impl Interrupt {
    /// From here on, the first signal ends what `stopped` waits for.
    pub(crate) fn stop_when_told(&self) {
        self.set(Manner::InTime("stopping"));
    }

    /// From here on, Ctrl-C is for a command that is started, and other signals end what `stopped` waits for.
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

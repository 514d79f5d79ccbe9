//! Ctrl-C: a verb that writes finishes what is on the wire; anything else ends at once, and so does all at the second.

use std::io;
use std::process;
use std::sync::{Arc, OnceLock};

use timeback_qti_bank::Stop;
use tokio::sync::Notify;

use crate::exit::Exit;
use crate::output::note;

/// What signals do to the command.
#[derive(Debug, Clone, Default)]
pub(crate) struct Interrupt {
    stop: Stop,
    stopped: Arc<Notify>,
    /// What is said at the first signal by a verb that ends in its own time.
    farewell: Arc<OnceLock<&'static str>>,
}

impl Interrupt {
    /// Waits for signals from now on.
    pub(crate) fn listen(&self) -> io::Result<()> {
        let mut signals = Signals::new()?;
        let interrupt = self.clone();
        tokio::spawn(async move {
            while signals.next().await.is_some() {
                match interrupt.farewell.get() {
                    Some(farewell) if !interrupt.stop.is_stopped() => {
                        interrupt.stop.stop();
                        interrupt.stopped.notify_one();
                        note(format_args!("\n{farewell}"));
                    }
                    _ => {
                        note("");
                        process::exit(Exit::Interrupted.code().into());
                    }
                }
            }
        });
        Ok(())
    }

    /// What ends a verb in its own time.
    pub(crate) fn stop(&self) -> Stop {
        self.stop.clone()
    }

    /// From here on, the first signal stops the verb in its own time, and does not end it at once.
    pub(crate) fn finish_first(&self) {
        let farewell = "finishing what is on the wire; Ctrl-C again ends at once";
        self.farewell.get_or_init(|| farewell);
    }

    /// Waits for the signal that ends a verb which has nothing else to do.
    #[cfg(feature = "sandbox")]
    pub(crate) async fn stopped(&self) {
        self.farewell.get_or_init(|| "stopping");
        self.stopped.notified().await;
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.is_stopped()
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

    async fn next(&mut self) -> Option<()> {
        tokio::select! {
            got = self.interrupt.recv() => got,
            got = self.terminate.recv() => got,
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

    async fn next(&mut self) -> Option<()> {
        self.0.recv().await
    }
}

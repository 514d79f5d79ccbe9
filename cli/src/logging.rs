//! `-v`: what the client and the bank log, on standard error.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// Logs from now on: of our own packages only, whose logs hold no secrets.
pub(crate) fn start(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let targets = Targets::new().with_target("timeback_qti", level);
    // A request is a span. It is logged when it ends, with all that is known of it by then.
    let requests = if verbose > 1 {
        FmtSpan::CLOSE
    } else {
        FmtSpan::NONE
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_span_events(requests)
        .with_writer(io::stderr)
        .with_ansi(false);
    // Nothing else in this process could have set a subscriber.
    let _ = tracing_subscriber::registry()
        .with(lines)
        .with(targets)
        .try_init();
}

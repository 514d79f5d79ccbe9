//! Who watches a client's calls.

use std::sync::Arc;

#[cfg(feature = "opentelemetry")]
use opentelemetry::metrics::Meter;
use reqwest::Url;

use super::ClientBuilder;
#[cfg(feature = "opentelemetry")]
use crate::observe::Metrics;
use crate::observe::{Observer, Observers};

impl ClientBuilder {
    /// Has the client's calls watched: attempts, retries, refreshed tokens. Called again, it adds another observer.
    /// Requests of the [raw bindings](crate::raw) are not watched.
    pub fn observer(mut self, observer: impl Observer) -> Self {
        self.observers.push(Arc::new(observer));
        self
    }

    /// The meter that metrics are recorded with, instead of the one that OpenTelemetry's global provider gives when
    /// the client is built. See [the guide](crate::docs::tracing).
    #[cfg(feature = "opentelemetry")]
    #[cfg_attr(docsrs, doc(cfg(feature = "opentelemetry")))]
    pub fn meter(mut self, meter: Meter) -> Self {
        self.meter = Some(meter);
        self
    }

    /// All observers of a client of this base URL.
    pub(super) fn observers(&self, base_url: &Url) -> Observers {
        let own = self.observers.iter().cloned();
        #[cfg(feature = "opentelemetry")]
        let own = own.chain([self.metrics(base_url)]);
        #[cfg(not(feature = "opentelemetry"))]
        let _ = base_url;
        Observers::new(own)
    }

    #[cfg(feature = "opentelemetry")]
    fn metrics(&self, base_url: &Url) -> Arc<dyn Observer> {
        let global = || opentelemetry::global::meter(env!("CARGO_PKG_NAME"));
        let meter = self.meter.clone().unwrap_or_else(global);
        Arc::new(Metrics::new(&meter, base_url))
    }
}

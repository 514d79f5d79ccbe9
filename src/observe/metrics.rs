//! Metrics of a client's calls, by OpenTelemetry's conventions for HTTP clients where these have one.

use opentelemetry::KeyValue;
use opentelemetry::metrics::{Counter, Gauge, Histogram, Meter, UpDownCounter};
use reqwest::Url;

use super::{Call, Event, Failure, Load, Observer, error_type};

/// The bounds, in seconds, that the conventions give for the durations of requests.
const SECONDS: [f64; 14] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0,
];

/// Records what it is told with a meter.
pub(crate) struct Metrics {
    server: [KeyValue; 2],
    request_duration: Histogram<f64>,
    active_requests: UpDownCounter<i64>,
    call_duration: Histogram<f64>,
    call_attempts: Histogram<u64>,
    retries: Counter<u64>,
    give_ups: Counter<u64>,
    limit: Gauge<u64>,
    retries_left: Gauge<u64>,
    token_requests: Counter<u64>,
}

impl Metrics {
    pub(crate) fn new(meter: &Meter, base_url: &Url) -> Self {
        let address = base_url.host_str().unwrap_or_default().to_owned();
        let port = base_url.port_or_known_default().map_or(0, i64::from);
        Self {
            server: [
                KeyValue::new("server.address", address),
                KeyValue::new("server.port", port),
            ],
            request_duration: meter
                .f64_histogram("http.client.request.duration")
                .with_unit("s")
                .with_description("Duration of HTTP client requests.")
                .with_boundaries(SECONDS.to_vec())
                .build(),
            active_requests: meter
                .i64_up_down_counter("http.client.active_requests")
                .with_unit("{request}")
                .with_description("Number of active HTTP requests.")
                .build(),
            call_duration: meter
                .f64_histogram("timeback_qti.client.call.duration")
                .with_unit("s")
                .with_description("Duration of calls, with all their attempts and waits.")
                .with_boundaries(SECONDS.to_vec())
                .build(),
            call_attempts: meter
                .u64_histogram("timeback_qti.client.call.attempts")
                .with_unit("{request}")
                .with_description("Requests that a call took.")
                .with_boundaries((0..=10).map(f64::from).collect())
                .build(),
            retries: meter
                .u64_counter("timeback_qti.client.retries")
                .with_unit("{request}")
                .with_description("Requests that were sent again, by reason.")
                .build(),
            give_ups: meter
                .u64_counter("timeback_qti.client.give_ups")
                .with_unit("{call}")
                .with_description("Calls that were given up after a failed attempt, by reason.")
                .build(),
            limit: meter
                .u64_gauge("timeback_qti.client.concurrency.limit")
                .with_unit("{request}")
                .with_description("Requests that may be under way at once.")
                .build(),
            retries_left: meter
                .u64_gauge("timeback_qti.client.retry_budget")
                .with_unit("{request}")
                .with_description("Retries that the budget of all calls still grants.")
                .build(),
            token_requests: meter
                .u64_counter("timeback_qti.client.token.requests")
                .with_unit("{request}")
                .with_description("Times that a token was asked for: of the store, if there is one, and else of the issuer.")
                .build(),
        }
    }

    /// What a metric of a request tells of it: the conventions' names, with the server's last.
    fn request(&self, call: &Call<'_>) -> Vec<KeyValue> {
        let mut attributes = Vec::with_capacity(6);
        attributes.push(KeyValue::new("http.request.method", call.method));
        attributes.push(KeyValue::new("url.template", call.path));
        attributes.extend(self.server.iter().cloned());
        attributes
    }

    /// The attributes of a metric that the conventions do not have.
    fn with_server<const N: usize>(&self, attributes: [KeyValue; N]) -> Vec<KeyValue> {
        attributes.into_iter().chain(self.server.clone()).collect()
    }

    fn attempt_ended(
        &self,
        call: &Call<'_>,
        seconds: f64,
        status: Option<u16>,
        failure: Option<Failure>,
    ) {
        let mut attributes = self.request(call);
        self.active_requests.add(-1, &attributes);
        if let Some(status) = status {
            let status = i64::from(status);
            attributes.push(KeyValue::new("http.response.status_code", status));
        }
        if let Some(failure) = failure {
            attributes.push(KeyValue::new(
                "error.type",
                error_type(status, failure.as_str()).into_owned(),
            ));
        }
        self.request_duration.record(seconds, &attributes);
    }

    fn load(&self, load: Load) {
        self.limit.record(load.limit as u64, &self.server);
        let left = u64::from(load.retries_left);
        self.retries_left.record(left, &self.server);
    }

    fn retry(&self, call: &Call<'_>, reason: String) {
        let attributes = self.with_server([
            KeyValue::new("timeback_qti.operation", call.operation),
            KeyValue::new("timeback_qti.reason", reason),
        ]);
        self.retries.add(1, &attributes);
    }
}

impl Observer for Metrics {
    fn observe(&self, event: &Event<'_>) {
        match *event {
            Event::CallStarted { .. } => {}
            Event::AttemptStarted { call, .. } => {
                self.active_requests.add(1, &self.request(&call));
            }
            Event::AttemptEnded {
                call,
                elapsed,
                status,
                failure,
                ..
            } => self.attempt_ended(&call, elapsed.as_secs_f64(), status, failure),
            Event::TokenRefused { call, .. } => self.retry(&call, "token_refused".to_owned()),
            Event::Retrying {
                call,
                status,
                kind,
                load,
                ..
            } => {
                self.retry(&call, error_type(status, kind.as_str()).into_owned());
                self.load(load);
            }
            Event::GivenUp { call, reason, .. } => {
                let attributes = self.with_server([
                    KeyValue::new("timeback_qti.operation", call.operation),
                    KeyValue::new("timeback_qti.reason", reason.as_str()),
                ]);
                self.give_ups.add(1, &attributes);
            }
            Event::CallEnded {
                call,
                attempts,
                elapsed,
                status,
                failure,
                load,
            } => {
                let mut attributes =
                    self.with_server([KeyValue::new("timeback_qti.operation", call.operation)]);
                if let Some(failure) = failure {
                    attributes.push(KeyValue::new(
                        "error.type",
                        error_type(status, failure.as_str()).into_owned(),
                    ));
                }
                self.call_duration
                    .record(elapsed.as_secs_f64(), &attributes);
                self.call_attempts.record(u64::from(attempts), &attributes);
                self.load(load);
            }
            Event::TokenRequested { early, result, .. } => {
                let mut attributes = self.with_server([KeyValue::new("timeback_qti.early", early)]);
                if let Err(kind) = result {
                    attributes.push(KeyValue::new("error.type", kind.as_str()));
                }
                self.token_requests.add(1, &attributes);
            }
        }
    }
}

//! What goes out to a service, and into metrics, where a program uses OpenTelemetry.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use opentelemetry::metrics::MeterProvider;
use opentelemetry::trace::{
    SpanContext, SpanId, TraceContextExt, TraceFlags, TraceId, TraceState, TracerProvider,
};
use opentelemetry::{Context, KeyValue};
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, Metric, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, PeriodicReader, SdkMeterProvider};
use opentelemetry_sdk::trace::{InMemorySpanExporter, SdkTracerProvider, SpanData};
use serde_json::{Value, json};
use support::server::{Reply, Server, json as answer};
use timeback_qti::models::Section;
use timeback_qti::{CallOptions, Client, ClientBuilder, Result};
use tracing::Instrument;
use tracing::subscriber::DefaultGuard;
use tracing_subscriber::layer::SubscriberExt;

fn section() -> Value {
    json!({"identifier": "s", "title": "S", "visible": true})
}

async fn get(client: &Client) -> Result<Section> {
    client.test("t").part("p").section("s").get().await
}

/// Traces of what this thread does from now on.
struct Traces {
    exporter: InMemorySpanExporter,
    provider: SdkTracerProvider,
    _guard: DefaultGuard,
}

impl Traces {
    fn start() -> Self {
        // Without a default that wants everything, a test beside this one could switch the spans off for good.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
        let exporter = InMemorySpanExporter::default();
        let provider = SdkTracerProvider::builder()
            .with_simple_exporter(exporter.clone())
            .build();
        let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
        let subscriber = tracing_subscriber::registry().with(layer);
        Self {
            exporter,
            provider,
            _guard: tracing::subscriber::set_default(subscriber),
        }
    }

    /// The spans that have ended, by name.
    fn spans(&self) -> BTreeMap<String, SpanData> {
        self.provider.force_flush().unwrap();
        let spans = self.exporter.get_finished_spans().unwrap().into_iter();
        spans.map(|span| (span.name.to_string(), span)).collect()
    }
}

#[tokio::test]
async fn traceparent_goes_out_with_each_request_from_the_span_of_its_call() {
    let traces = Traces::start();
    let server = Server::script([answer(503, &json!({})), answer(200, &section())]).await;
    let client = support::builder(&server.url).build().unwrap();
    let work = async { get(&client).await.unwrap() };
    work.instrument(tracing::info_span!("work")).await;

    let spans = traces.spans();
    let (work, call) = (
        &spans["work"],
        &spans.values().find(|span| span.name != "work").unwrap(),
    );
    assert_eq!(call.parent_span_id, work.span_context.span_id());
    let expected = format!(
        "00-{}-{}-01",
        work.span_context.trace_id(),
        call.span_context.span_id()
    );
    let received = server.received();
    assert_eq!(received.len(), 2);
    for request in received {
        assert_eq!(request.header("traceparent"), Some(&*expected));
        assert_eq!(request.header("tracestate"), None);
    }
}

#[tokio::test]
async fn the_raw_bindings_carry_the_callers_span() {
    let traces = Traces::start();
    let server = Server::script([answer(200, &section())]).await;
    let client = support::builder(&server.url).build().unwrap();
    let span = tracing::info_span!("work");
    let raw = client.raw();
    let call = async { raw.get_section("t", "p", "s").await };
    let _ = call.instrument(span).await;
    let id = traces.spans()["work"].span_context.span_id().to_string();
    let sent = server.received().remove(0);
    assert!(sent.header("traceparent").unwrap().contains(&id));
}

#[tokio::test]
async fn a_span_that_the_program_made_without_tracing_goes_out_with_its_state() {
    let server = Server::script([answer(200, &section())]).await;
    let client = support::builder(&server.url).build().unwrap();
    let context = SpanContext::new(
        TraceId::from(0x11),
        SpanId::from(0x22),
        TraceFlags::NOT_SAMPLED,
        false,
        TraceState::from_key_value([("vendor", "1")]).unwrap(),
    );
    let _current = Context::new().with_remote_span_context(context).attach();
    get(&client).await.unwrap();
    let sent = server.received().remove(0);
    let expected = "00-00000000000000000000000000000011-0000000000000022-00";
    assert_eq!(sent.header("traceparent"), Some(expected));
    assert_eq!(sent.header("tracestate"), Some("vendor=1"));
}

#[tokio::test]
async fn baggage_stays_here() {
    use opentelemetry::baggage::BaggageExt;

    let server = Server::script([answer(200, &section())]).await;
    let client = support::builder(&server.url).build().unwrap();
    let baggage = [KeyValue::new("customer", "somebody")];
    let _current = Context::new().with_baggage(baggage).attach();
    get(&client).await.unwrap();
    let sent = server.received().remove(0);
    assert!(!format!("{:?}", sent.headers).contains("somebody"));
}

#[tokio::test]
async fn without_a_span_nothing_goes_out_and_a_header_of_the_callers_stays() {
    let server = Server::script([answer(200, &section())]).await;
    let client = support::builder(&server.url).build().unwrap();
    get(&client).await.unwrap();
    let _traces = Traces::start();
    let own = "00-00000000000000000000000000000011-0000000000000022-01";
    let options = CallOptions::new().header("traceparent", own).unwrap();
    get(&client.with(options)).await.unwrap();
    let received = server.received();
    assert_eq!(received[0].header("traceparent"), None);
    assert_eq!(received[1].header("traceparent"), Some(own));
}

/// Metrics of one client.
struct Metrics {
    exporter: InMemoryMetricExporter,
    provider: SdkMeterProvider,
}

impl Metrics {
    fn new() -> Self {
        let exporter = InMemoryMetricExporter::default();
        let reader = PeriodicReader::builder(exporter.clone()).build();
        Self {
            exporter,
            provider: SdkMeterProvider::builder().with_reader(reader).build(),
        }
    }

    fn client(&self, builder: ClientBuilder) -> Client {
        builder.meter(self.provider.meter("test")).build().unwrap()
    }

    /// The points of each metric: what they tell, and their value (of a histogram: how many there are).
    fn points(&self) -> BTreeMap<String, BTreeMap<String, i64>> {
        self.provider.force_flush().unwrap();
        let exported = self.exporter.get_finished_metrics().unwrap();
        let last = exported.last().unwrap();
        let scopes = last.scope_metrics();
        scopes
            .flat_map(|scope| scope.metrics())
            .map(|metric| (metric.name().to_owned(), points(metric)))
            .collect()
    }
}

fn points(metric: &Metric) -> BTreeMap<String, i64> {
    match metric.data() {
        AggregatedMetrics::F64(MetricData::Histogram(data)) => {
            let points = data.data_points();
            points
                .map(|point| (told(point.attributes()), point.count() as i64))
                .collect()
        }
        AggregatedMetrics::U64(MetricData::Histogram(data)) => {
            let points = data.data_points();
            points
                .map(|point| (told(point.attributes()), point.sum() as i64))
                .collect()
        }
        AggregatedMetrics::U64(MetricData::Sum(data)) => {
            let points = data.data_points();
            points
                .map(|point| (told(point.attributes()), point.value() as i64))
                .collect()
        }
        AggregatedMetrics::I64(MetricData::Sum(data)) => {
            let points = data.data_points();
            points
                .map(|point| (told(point.attributes()), point.value()))
                .collect()
        }
        AggregatedMetrics::U64(MetricData::Gauge(data)) => {
            let points = data.data_points();
            points
                .map(|point| (told(point.attributes()), point.value() as i64))
                .collect()
        }
        other => panic!("{other:?}"),
    }
}

/// What a point tells, without the server, which each must tell.
fn told<'a>(attributes: impl Iterator<Item = &'a KeyValue>) -> String {
    let all: BTreeSet<_> = attributes
        .map(|pair| format!("{}={}", pair.key, pair.value))
        .collect();
    assert!(all.contains("server.address=127.0.0.1"), "{all:?}");
    assert!(all.iter().any(|pair| pair.starts_with("server.port=")));
    let rest: Vec<_> = all
        .into_iter()
        .filter(|pair| !pair.starts_with("server."))
        .collect();
    rest.join(" ")
}

fn expected(points: &[(&str, i64)]) -> BTreeMap<String, i64> {
    let points = points.iter();
    points
        .map(|(told, value)| ((*told).to_owned(), *value))
        .collect()
}

const SECTION: &str = "http.request.method=GET";
const TEMPLATE: &str = "url.template=/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}";

#[tokio::test]
async fn metrics_have_the_names_of_the_conventions_and_count_attempts_retries_and_calls() {
    let server = Server::script([
        answer(429, &json!({})),
        answer(503, &json!({})),
        answer(200, &section()),
        answer(404, &json!({})),
    ])
    .await;
    let metrics = Metrics::new();
    let client = metrics.client(support::builder(&server.url));
    get(&client).await.unwrap();
    get(&client).await.unwrap_err();
    let points = metrics.points();

    let request = |rest: &str| format!("{rest}{TEMPLATE}");
    let status = |status: u16, failed: bool| {
        let failure = if failed {
            format!("error.type={status} ")
        } else {
            String::new()
        };
        request(&format!(
            "{failure}{SECTION} http.response.status_code={status} "
        ))
    };
    assert_eq!(
        points["http.client.request.duration"],
        BTreeMap::from([
            (status(429, true), 1),
            (status(503, true), 1),
            (status(200, false), 1),
            (status(404, true), 1),
        ])
    );
    assert_eq!(
        points["http.client.active_requests"],
        BTreeMap::from([(request(&format!("{SECTION} ")), 0)])
    );
    let operation = "timeback_qti.operation=getSection";
    assert_eq!(
        points["timeback_qti.client.call.attempts"],
        expected(&[(operation, 3), (&format!("error.type=404 {operation}"), 1)])
    );
    assert_eq!(
        points["timeback_qti.client.call.duration"],
        expected(&[(operation, 1), (&format!("error.type=404 {operation}"), 1)])
    );
    assert_eq!(
        points["timeback_qti.client.retries"],
        expected(&[
            (&format!("{operation} timeback_qti.reason=429"), 1),
            (&format!("{operation} timeback_qti.reason=503"), 1),
        ])
    );
    assert_eq!(
        points["timeback_qti.client.give_ups"],
        expected(&[(&format!("{operation} timeback_qti.reason=final"), 1)])
    );
    assert_eq!(
        points["timeback_qti.client.concurrency.limit"],
        expected(&[("", 5)])
    );
    assert_eq!(
        points["timeback_qti.client.retry_budget"],
        expected(&[("", 29)])
    );
    assert_eq!(
        points["timeback_qti.client.token.requests"],
        expected(&[("timeback_qti.early=false", 1)])
    );
}

#[tokio::test]
async fn a_request_under_way_is_active_and_one_that_is_dropped_no_longer() {
    let server = Server::start(|_, _| Reply::new().stall()).await;
    let metrics = Metrics::new();
    let client = metrics.client(support::builder(&server.url));
    let call = tokio::spawn(async move { get(&client).await });
    while server.received().is_empty() {
        tokio::task::yield_now().await;
    }
    let active = |points: &BTreeMap<String, BTreeMap<String, i64>>| {
        points["http.client.active_requests"].values().sum::<i64>()
    };
    assert_eq!(active(&metrics.points()), 1);
    call.abort();
    let _ = call.await;
    let points = metrics.points();
    assert_eq!(active(&points), 0);
    let durations = &points["http.client.request.duration"];
    assert!(
        durations
            .keys()
            .all(|told| told.contains("error.type=cancelled")),
        "{durations:?}"
    );
}

#[tokio::test]
async fn no_metric_tells_an_identifier_or_a_secret() {
    let server = Server::script([answer(401, &json!({"error": "the-token"}))]).await;
    let metrics = Metrics::new();
    let client = metrics.client(support::builder(&server.url));
    let path = client.test("tell-no-test").part("tell-no-part");
    path.section("tell-no-section").get().await.unwrap_err();
    let text = format!("{:?}", metrics.points());
    assert!(!text.contains("tell-no"), "{text}");
    assert!(!text.contains("the-token"), "{text}");
}

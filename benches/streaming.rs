//! Streaming 10,000 items in pages of 100: with read-ahead, page by page, and by a bare loop of reqwest and serde_json,
//! from a server with the latency of a distant one and from one without.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use serde_json::{Value, json};
use timeback_qti::Client;
use timeback_qti::models::AssessmentItemPage;
use tokio::runtime::Runtime;

const ITEMS: usize = 10_000;
const PAGE: usize = 100;
const READ_AHEAD: usize = 8;
const LATENCIES: [Duration; 2] = [Duration::ZERO, Duration::from_millis(20)];
const WAYS: [Way; 3] = [Way::ReadAhead, Way::PageByPage, Way::Bare];

/// The ways to read them all.
#[derive(Debug, Clone, Copy)]
enum Way {
    ReadAhead,
    PageByPage,
    Bare,
}

/// A server of the list, and how many pages of it were asked for.
struct List {
    url: String,
    client: Client,
    bare: reqwest::Client,
    asked: Arc<AtomicUsize>,
}

impl List {
    fn new(latency: Duration) -> Self {
        let pages: Vec<_> = (1..=ITEMS / PAGE).map(page).collect();
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let url = support::serve_each(move |target| {
            counter.fetch_add(1, Ordering::Relaxed);
            std::thread::sleep(latency);
            Arc::clone(&pages[number(target) - 1])
        });
        let client = Client::builder()
            .base_url(&url)
            .static_token("a-token")
            .build()
            .expect("a valid client");
        Self {
            url,
            client,
            bare: reqwest::Client::new(),
            asked,
        }
    }

    /// Reads all, and gives the most pages that were asked for and not yet read to their end.
    async fn read(&self, way: Way) -> usize {
        self.asked.store(0, Ordering::Relaxed);
        match way {
            Way::ReadAhead => self.stream(READ_AHEAD).await,
            Way::PageByPage => self.stream(1).await,
            Way::Bare => self.bare().await,
        }
    }

    async fn stream(&self, read_ahead: usize) -> usize {
        let list = self
            .client
            .items()
            .list()
            .limit(PAGE as u32)
            .read_ahead(read_ahead);
        let (mut items, mut read, mut held) = (list.stream(), 0, 0);
        while let Some(item) = items.next().await {
            item.expect("an item");
            held = held.max(self.asked.load(Ordering::Relaxed) - read / PAGE);
            read += 1;
        }
        assert_eq!(read, ITEMS);
        held
    }

    async fn bare(&self) -> usize {
        let (mut number, mut read) = (1, 0);
        loop {
            let url = format!("{}/assessment-items?limit={PAGE}&page={number}", self.url);
            let response = self
                .bare
                .get(url)
                .bearer_auth("a-token")
                .send()
                .await
                .expect("a response");
            let body = response.bytes().await.expect("a body");
            let page: AssessmentItemPage = serde_json::from_slice(&body).expect("a page");
            read += page.items.len();
            if page.pages.is_none_or(|pages| number >= pages) {
                assert_eq!(read, ITEMS);
                return 1;
            }
            number += 1;
        }
    }
}

fn page(number: usize) -> Arc<[u8]> {
    let items = (0..PAGE).map(|n| support::small_item(&format!("item-{number}-{n}")));
    let body = json!({
        "items": items.collect::<Value>(), "total": ITEMS, "page": number, "pages": ITEMS / PAGE, "limit": PAGE,
    });
    support::response(&body.to_string())
}

/// The page that a request asks for.
fn number(target: &str) -> usize {
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let page = query
        .split('&')
        .find_map(|parameter| parameter.strip_prefix("page="));
    page.and_then(|page| page.parse().ok()).unwrap_or(1)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// The ways take turns, so that all meet the same noise.
#[allow(clippy::print_stdout, reason = "the table is the result")]
fn table(list: &List, latency: Duration) {
    const ROUNDS: u32 = 5;
    let runtime = runtime();
    let mut totals = [(Duration::ZERO, 0); WAYS.len()];
    for _ in 0..ROUNDS {
        for (way, total) in WAYS.into_iter().zip(&mut totals) {
            let start = Instant::now();
            total.1 = total.1.max(runtime.block_on(list.read(way)));
            total.0 += start.elapsed();
        }
    }
    for (way, (time, held)) in WAYS.into_iter().zip(totals) {
        println!(
            "{way:<10?} latency {latency:>5?}: {:>8.1?}, at most {held} pages held",
            time / ROUNDS
        );
    }
}

fn streaming(criterion: &mut Criterion) {
    support::Side::Client.pin();
    let mut group = criterion.benchmark_group("stream 10,000 items");
    group.sample_size(10);
    for latency in LATENCIES {
        let list = List::new(latency);
        table(&list, latency);
        for way in WAYS {
            let name = BenchmarkId::new(format!("{way:?}"), format!("{latency:?}"));
            group.bench_function(name, |bencher| {
                bencher.to_async(runtime()).iter(|| list.read(way))
            });
        }
    }
    group.finish();
}

criterion_group!(benches, streaming);
criterion_main!(benches);

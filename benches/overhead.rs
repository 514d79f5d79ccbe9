//! What the facade costs: reading one item of 1.2 KB through it, through the raw bindings and through bare reqwest into
//! the same type, side by side against a server on a thread of its own.

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use cpu_time::ThreadTime;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::future::join_all;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use timeback_qti::models::AssessmentItem;
use timeback_qti::{Client, raw};
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const CALLS: u32 = 40_000;
const ROUNDS: u32 = 100;
const CONCURRENCY: [usize; 3] = [1, 16, 32];
const TOKEN: &str = "a-token";

/// The three ways to read an item.
#[derive(Clone)]
enum Way {
    Reqwest(reqwest::Client, String),
    Raw(raw::Client),
    Facade(Client),
}

impl Way {
    fn all(url: &str) -> [(&'static str, Self); 3] {
        let client = Client::builder()
            .base_url(url)
            .static_token(TOKEN)
            .max_concurrency(64)
            .build()
            .expect("a valid client");
        let reqwest = reqwest::Client::new();
        [
            (
                "reqwest",
                Self::Reqwest(reqwest, format!("{url}/assessment-items/item-1")),
            ),
            ("raw", Self::Raw(client.raw())),
            ("facade", Self::Facade(client)),
        ]
    }

    async fn get(&self) -> AssessmentItem {
        match self {
            Self::Reqwest(client, url) => {
                let response = client
                    .get(url)
                    .bearer_auth(TOKEN)
                    .send()
                    .await
                    .expect("a response");
                let body = response.bytes().await.expect("a body");
                serde_json::from_slice(&body).expect("an item")
            }
            Self::Raw(bindings) => bindings
                .get_assessment_item("item-1")
                .await
                .expect("an item")
                .into_inner(),
            Self::Facade(client) => client.item("item-1").get().await.expect("an item"),
        }
    }

    async fn get_many(&self, calls: u32, concurrency: usize) {
        let each = calls as usize / concurrency;
        join_all((0..concurrency).map(|_| async move {
            for _ in 0..each {
                black_box(self.get().await);
            }
        }))
        .await;
    }
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// What a call of one way took in one round.
#[derive(Clone, Copy)]
struct Sample {
    wall_us: f64,
    cpu_us: f64,
    allocations: f64,
}

impl Sample {
    fn take(runtime: &Runtime, way: &Way, concurrency: usize) -> Self {
        let calls = CALLS / ROUNDS;
        let (wall, cpu, allocations) = (Instant::now(), ThreadTime::now(), Region::new(ALLOCATOR));
        runtime.block_on(way.get_many(calls, concurrency));
        let per_call = |time: Duration| time.as_secs_f64() * 1e6 / f64::from(calls);
        Self {
            wall_us: per_call(wall.elapsed()),
            cpu_us: per_call(cpu.elapsed()),
            allocations: allocations.change().allocations as f64 / f64::from(calls),
        }
    }
}

/// The middle one: a round that the machine was busy with something else in does not count.
fn median(samples: &[Sample], of: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<_> = samples.iter().map(of).collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// Calls per second, time, CPU time and allocations per call. The ways take turns, so that all meet the same noise.
#[allow(clippy::print_stdout, reason = "the table is the result")]
fn table(url: &str) {
    let runtime = runtime();
    println!(
        "{:<8} {:>11} {:>11} {:>13} {:>12} {:>12}",
        "way", "concurrency", "calls/s", "wall us/call", "CPU us/call", "allocs/call"
    );
    for concurrency in CONCURRENCY {
        let mut ways = Way::all(url).map(|(name, way)| (name, way, Vec::new()));
        for (_, way, _) in &ways {
            runtime.block_on(way.get_many(CALLS / 10, concurrency));
        }
        for _ in 0..ROUNDS {
            for (_, way, samples) in &mut ways {
                samples.push(Sample::take(&runtime, way, concurrency));
            }
        }
        for (name, _, samples) in &ways {
            let wall = median(samples, |sample| sample.wall_us);
            let cpu = median(samples, |sample| sample.cpu_us);
            let allocations = median(samples, |sample| sample.allocations);
            println!(
                "{name:<8} {concurrency:>11} {:>11.0} {wall:>13.2} {cpu:>12.2} {allocations:>12.1}",
                1e6 / wall
            );
        }
    }
}

fn overhead(criterion: &mut Criterion) {
    support::Side::Client.pin();
    let url = support::serve(&support::small_item("item-1").to_string());
    table(&url);
    let mut group = criterion.benchmark_group("get item");
    for concurrency in CONCURRENCY {
        group.throughput(Throughput::Elements(concurrency as u64));
        for (name, way) in Way::all(&url) {
            group.bench_function(BenchmarkId::new(name, concurrency), |bencher| {
                bencher
                    .to_async(runtime())
                    .iter(|| way.get_many(concurrency as u32, concurrency));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, overhead);
criterion_main!(benches);

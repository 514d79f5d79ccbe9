//! What `questions` costs for a test with 1,000 items of 12 KB: its time, and how much memory it takes at most.

mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use peak_alloc::PeakAlloc;
use serde_json::{Value, json};
use timeback_qti::Client;
use tokio::runtime::Runtime;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

const ITEMS: usize = 1_000;
const ITEM_BYTES: usize = 12 * 1024;

/// The answer for a test with `ITEMS` items.
fn answer() -> String {
    let questions = (0..ITEMS).map(|number| {
        let identifier = format!("item-{number}");
        let item = support::item(&identifier, ITEM_BYTES);
        json!({"reference": {"identifier": identifier, "testPart": "p", "section": "s"}, "question": item})
    });
    json!({"assessmentTest": "t", "title": "T", "totalQuestions": ITEMS, "questions": questions.collect::<Value>()})
        .to_string()
}

#[allow(clippy::print_stdout, reason = "the peak is a result")]
fn questions(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let body = answer();
    let length = body.len();
    let url = support::serve(&body);
    drop(body);
    let client = Client::builder()
        .base_url(&url)
        .static_token("a-token")
        .build()
        .expect("a valid client");
    let read = async || client.test("t").questions().await.expect("questions");

    // The first call opens the connection, and the server copies its answer for it.
    assert_eq!(runtime.block_on(read()).questions.len(), ITEMS);
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let questions = runtime.block_on(read());
    let mb = |bytes: usize| bytes as f64 / 1e6;
    println!(
        "body {:.1} MB, peak while reading {:.1} MB, result {:.1} MB",
        mb(length),
        mb(ALLOCATOR.peak_usage() - before),
        mb(ALLOCATOR.current_usage() - before),
    );
    drop(questions);

    let mut group = criterion.benchmark_group("questions");
    group
        .sample_size(20)
        .throughput(Throughput::Bytes(length as u64));
    group.bench_function("1000 items of 12 KB", |bencher| {
        bencher
            .to_async(&runtime)
            .iter(async || black_box(read().await));
    });
    group.finish();
}

criterion_group!(benches, questions);
criterion_main!(benches);

//! Decoding: a list page of 100 items, 1 MB in all, into the models and into `serde_json::Value`, side by side.

mod support;

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde_json::{Value, json};
use timeback_qti::models::AssessmentItemPage;

const ITEMS: usize = 100;
const ITEM_BYTES: usize = 10 * 1024;
const ROUNDS: u32 = 200;

fn page() -> String {
    let items = (0..ITEMS).map(|number| support::item(&format!("item-{number}"), ITEM_BYTES));
    json!({
        "items": items.collect::<Value>(), "total": ITEMS, "page": 1, "pages": 1, "limit": ITEMS,
        "sort": "createdAt", "order": "desc",
    })
    .to_string()
}

fn models(page: &str) -> AssessmentItemPage {
    serde_json::from_str(page).expect("a page")
}

fn values(page: &str) -> Value {
    serde_json::from_str(page).expect("JSON")
}

/// The time of one call; what it makes is dropped after it, as all that is decoded is.
fn time<T>(decode: impl Fn(&str) -> T, page: &str) -> Duration {
    let start = Instant::now();
    black_box(decode(black_box(page)));
    start.elapsed()
}

/// The two take turns, so that both meet the same noise.
#[allow(clippy::print_stdout, reason = "the ratio is the result")]
fn ratio(page: &str) {
    let (mut typed, mut untyped) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..ROUNDS {
        typed += time(models, page);
        untyped += time(values, page);
    }
    println!(
        "{} bytes: models {:?}, values {:?}, ratio {:.2}",
        page.len(),
        typed / ROUNDS,
        untyped / ROUNDS,
        typed.as_secs_f64() / untyped.as_secs_f64(),
    );
}

fn decode(criterion: &mut Criterion) {
    let page = page();
    ratio(&page);
    let mut group = criterion.benchmark_group("decode");
    group.throughput(Throughput::Bytes(page.len() as u64));
    group.bench_function("models", |bencher| {
        bencher.iter(|| models(black_box(&page)))
    });
    group.bench_function("values", |bencher| {
        bencher.iter(|| values(black_box(&page)))
    });
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);

//! What a call of the facade takes from the allocator.

mod support;

use serde_json::json;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use support::server::{Server, json as answer};
use timeback_qti::Client;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<std::alloc::System> = &INSTRUMENTED_SYSTEM;

const CALLS: usize = 200;

/// The allocations of one call, the server's for it among them.
async fn count(call: impl AsyncFn()) -> usize {
    call().await;
    let region = Region::new(ALLOCATOR);
    for _ in 0..CALLS {
        call().await;
    }
    region.change().allocations.div_ceil(CALLS)
}

// One test, as the count is that of the whole process.
#[tokio::test]
async fn a_call_allocates_at_most_twelve_times_more_than_through_the_raw_bindings() {
    let item = json!({"identifier": "i", "title": "T", "rawXml": "<p/>".repeat(300)});
    let server = Server::start(move |_, _| answer(200, &item)).await;
    let client: Client = support::once(&server.url);
    let bindings = client.raw();
    let raw = count(async || drop(bindings.get_assessment_item("i").await.unwrap())).await;
    let facade = count(async || drop(client.item("i").get().await.unwrap())).await;
    assert!(raw > 0);
    assert!(facade <= raw + 12, "{facade} against {raw}");
}

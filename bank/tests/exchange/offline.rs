//! A service that cannot be reached: what needs it fails with the reason, and nothing is lost.

use timeback_qti::ErrorKind;
use timeback_qti_bank::compare::Change;
use timeback_qti_bank::pull::PullOptions;
use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Error, Kind, unobserved};
use timeback_qti_sandbox::{Account, Sandbox};

use crate::support::{Folder, World, key};

fn assert_unreachable<T: std::fmt::Debug>(result: Result<T, Error>) {
    let error = result.unwrap_err();
    let kind = error.service_error().map(timeback_qti::Error::kind);
    assert_eq!(kind, Some(ErrorKind::Connect), "{error:?}");
}

#[tokio::test]
async fn without_a_service_a_bank_is_compared_with_what_was_seen_and_nothing_is_lost() {
    let data = tempfile::tempdir().unwrap();
    let builder = Sandbox::builder()
        .account(Account::new("id", "secret"))
        .data_file(data.path().join("data"));
    let world = World::on(builder.clone().start().await.unwrap());
    world.fill(2).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    folder.change(&item, "Rome", "Roma");
    let local = folder.bank.read(&item).unwrap();
    let port = world.sandbox.base_url();
    let port = port.trim_end_matches("/api").rsplit(':').next().unwrap();
    let port = port.parse().unwrap();
    let World { sandbox, client } = world;
    sandbox.stop().await;

    let connection = folder.bank.connect(&client).unwrap();
    let pull = PullOptions::default();
    assert_unreachable(connection.pull(&pull, &unobserved).await);
    let push = PushOptions::default();
    assert_unreachable(connection.push(&push, &unobserved).await);
    assert_unreachable(connection.status(&unobserved).await);
    assert_unreachable(connection.diff(&[], &unobserved).await);
    drop(connection);

    // Nothing of a client is needed for that, so no credentials, either.
    let offline = folder.bank.offline(client.base_url()).unwrap();
    let status = offline.status(&unobserved).await.unwrap();
    assert_eq!((status.entries.len(), status.unchanged), (1, 3));
    assert_eq!(status.entries[0].local, Change::Changed);
    let diffs = offline.diff(&[], &unobserved).await.unwrap();
    assert_eq!(diffs.entities.len(), 1);
    assert!(diffs.entities[0].local.is_some() && diffs.entities[0].service.is_none());
    drop(offline);
    assert_eq!(folder.bank.read(&item).unwrap(), local);

    let world = World::on(builder.port(port).start().await.unwrap());
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!((report.replaced, report.unchanged), (1, 3), "{report:?}");
}

//! Two people push at once, each from a folder of their own. The service takes the last write and has no lock, so what
//! one overwrites of the other must be told: no update is lost without a word.

use std::collections::HashSet;
use std::pin::pin;

use timeback_qti::models::{AssessmentItemXml, Metadata};
use timeback_qti_bank::push::{PushOptions, PushReport};
use timeback_qti_bank::{Connection, Entity, Key, Kind, Service, unobserved};
use timeback_qti_sandbox::RequestRecord;

use crate::support::{Folder, World, answered, client, item_xml, key, proceed};

/// At how many requests of one push the other comes in between.
const POINTS: std::ops::Range<u64> = 0..7;

/// The entities that a push said were not as it wanted, or may not have been.
fn told(report: &PushReport) -> HashSet<&Key> {
    let told = [
        &report.conflicts,
        &report.failed,
        &report.overtaken,
        &report.kept,
        &report.skipped,
    ];
    told.into_iter().flatten().map(|note| &note.key).collect()
}

fn spoke(report: &PushReport) -> bool {
    !told(report).is_empty()
}

async fn push(connection: &Connection, options: PushOptions) -> PushReport {
    connection.push(&options, &unobserved).await.unwrap()
}

/// Both push: theirs, whole, when ours has sent so many requests.
async fn both_push(
    world: &World,
    point: u64,
    ours: &Folder,
    theirs: &Folder,
    options: PushOptions,
) -> [PushReport; 2] {
    let connection = ours.connect(world);
    let mut our_push = pin!(push(&connection, options));
    let early = proceed(world, point, our_push.as_mut()).await;
    let their_report = theirs.push(world, options).await;
    let our_report = match early {
        Some(report) => report,
        None => our_push.await,
    };
    [our_report, their_report]
}

/// Both push, one going on for some requests, then the other, down to their ends.
async fn interleaved(
    world: &World,
    folders: &[Folder; 2],
    random: &mut fastrand::Rng,
) -> [PushReport; 2] {
    // Each with a client of its own, as one that stands still keeps its permits.
    let connect = |folder: &Folder| folder.bank.connect(&client(&world.sandbox)).unwrap();
    let connections = folders.each_ref().map(connect);
    let options = PushOptions::default();
    let mut ours = pin!(push(&connections[0], options));
    let mut theirs = pin!(push(&connections[1], options));
    let (mut our_report, mut their_report) = (None, None);
    loop {
        if our_report.is_none() {
            our_report = proceed(world, random.u64(1..30), ours.as_mut()).await;
        }
        if their_report.is_none() {
            their_report = proceed(world, random.u64(1..30), theirs.as_mut()).await;
        }
        if let (Some(ours), Some(theirs)) = (&our_report, &their_report) {
            return [ours.clone(), theirs.clone()];
        }
    }
}

async fn on_service(world: &World, key: &Key) -> Option<Entity> {
    let service = Service::new(world.client.clone());
    let found = service.get(key).await.unwrap();
    found.map(|found| found.entity)
}

#[tokio::test]
async fn no_update_of_two_pushes_at_once_is_lost_without_a_word() {
    for (kind, name, from, has_metadata) in [
        (Kind::Stimulus, "Italy", "Rome", true),
        (Kind::Item, "item-0", "Rome", true),
        (Kind::Test, "test-1", "Geography", true),
        (Kind::Test, "test-1", "Geography", false),
    ] {
        for point in POINTS {
            let world = World::new(1).await;
            if !has_metadata {
                let test = world.client.test("test-1");
                test.update_metadata(&Metadata::new()).await.unwrap();
            }
            let (ours, theirs) = (Folder::pulled(&world).await, Folder::pulled(&world).await);
            let key = key(kind, name);
            ours.change(&key, from, "Ours");
            theirs.change(&key, from, "Theirs");
            let reports = both_push(&world, point, &ours, &theirs, PushOptions::default()).await;
            let case = format!("{key} at {point}: {reports:#?}");
            assert!(reports.iter().any(spoke), "{case}");

            // Whoever lost is not given the last word by a second push.
            let held = on_service(&world, &key).await.unwrap();
            let loser = if held.xml.contains("Ours") {
                &theirs
            } else {
                &ours
            };
            let again = loser.push(&world, PushOptions::default()).await;
            assert_eq!(again.replaced, 0, "{case}, again: {again:#?}");
            let still = on_service(&world, &key).await;
            assert_eq!(still.as_ref(), Some(&held), "{case}");
        }
    }
}

#[tokio::test]
async fn no_update_of_two_interleaved_pushes_is_lost_without_a_word() {
    for seed in 0..3 {
        let mut random = fastrand::Rng::with_seed(seed);
        let world = World::new(38).await;
        let folders = [Folder::pulled(&world).await, Folder::pulled(&world).await];
        let keys = folders[0].bank.keys().unwrap();
        for (folder, word) in folders.iter().zip(["Ours", "Theirs"]) {
            for key in &keys {
                let from = if key.kind == Kind::Test {
                    "Geography"
                } else {
                    "Rome"
                };
                folder.change(key, from, word);
            }
        }
        let reports = interleaved(&world, &folders, &mut random).await;
        let told_of = reports.each_ref().map(told);
        let mut held = Vec::new();
        for key in &keys {
            let spoken = told_of.iter().any(|told| told.contains(key));
            assert!(spoken, "{seed}: {key}: {reports:#?}");
            held.push(on_service(&world, key).await);
        }
        // Nobody overwrites by a second push what the other has had the last word on.
        for folder in &folders {
            folder.push(&world, PushOptions::default()).await;
        }
        for (key, held) in keys.iter().zip(held) {
            let was_skipped = reports
                .iter()
                .any(|report| report.skipped.iter().any(|note| note.key == *key));
            let now = on_service(&world, key).await;
            assert!(was_skipped || now == held, "{seed}: {key}: {reports:#?}");
        }
    }
}

#[tokio::test]
async fn of_two_creates_at_once_one_is_a_conflict() {
    for point in POINTS {
        let world = World::empty().await;
        let (ours, theirs) = (Folder::new(), Folder::new());
        let key = key(Kind::Item, "new");
        for (folder, text) in [(&ours, "Ours"), (&theirs, "Theirs")] {
            let entity = Entity::new(key.clone(), item_xml("new", None, text));
            folder.bank.write(&entity).unwrap();
        }
        let reports = both_push(&world, point, &ours, &theirs, PushOptions::default()).await;
        let created: u64 = reports.iter().map(|report| report.created).sum();
        let conflicts: usize = reports.iter().map(|report| report.conflicts.len()).sum();
        assert_eq!((created, conflicts), (1, 1), "at {point}: {reports:#?}");
        assert_eq!(answered(&world, "createAssessmentItem", 201), 1);
    }
}

#[tokio::test]
async fn a_deletion_and_an_update_at_once_are_told() {
    for point in POINTS {
        let world = World::new(1).await;
        world.client.test("test-1").delete().await.unwrap();
        let (ours, theirs) = (Folder::pulled(&world).await, Folder::pulled(&world).await);
        let key = key(Kind::Item, "item-0");
        ours.bank.remove(&key).unwrap();
        theirs.change(&key, "Rome", "Theirs");
        let options = PushOptions::default().prune();
        let reports = both_push(&world, point, &ours, &theirs, options).await;
        let case = format!("at {point}: {reports:#?}");
        let held = on_service(&world, &key).await;
        if let Some(held) = &held {
            assert!(held.xml.contains("Theirs") && spoke(&reports[0]), "{case}");
            continue;
        }
        // Nothing tells whoever deletes what was written in that moment, but their next pull tells whoever wrote it.
        if !spoke(&reports[1]) {
            let pulled = theirs.pull(&world).await;
            assert_eq!(pulled.deleted, 1, "{case}: {pulled:#?}");
        }
    }
}

/// Whatever was written before the last look at an entity is not deleted; nothing but the deletion follows that look.
#[tokio::test]
async fn a_prune_looks_at_what_it_deletes_right_before_and_leaves_alone_what_has_changed() {
    let mut conflicts = 0;
    for point in 0..10 {
        let world = World::new(0).await;
        let xml = item_xml("loose", None, "Loose");
        world.client.items().create_xml(&xml, None).await.unwrap();
        let folder = Folder::pulled(&world).await;
        folder.bank.remove(&key(Kind::Item, "loose")).unwrap();
        let connection = folder.connect(&world);
        let mut our_push = pin!(push(&connection, PushOptions::default().prune()));
        let early = proceed(&world, point, our_push.as_mut()).await;
        let changed = AssessmentItemXml::new(xml.replace("Rome", "Roma"), None).into();
        let (other, updated) = (client(&world.sandbox), "updateAssessmentItem");
        let other = other.raw();
        let update = other.update_assessment_item("loose", &changed);
        let is_updated = update.await.is_ok();
        let report = match early {
            Some(report) => report,
            None => our_push.await,
        };
        let requests = world.sandbox.requests();
        let is = |operation: &str| {
            let is_it = |request: &RequestRecord| request.operation.as_deref() == Some(operation);
            requests.iter().rposition(is_it)
        };
        let case = format!("at {point}: {report:#?}");
        match (is("deleteAssessmentItem"), is("getAssessmentItem")) {
            (None, _) => {
                assert!(is_updated && report.conflicts.len() == 1, "{case}");
                conflicts += 1;
            }
            (Some(deletion), look) => {
                let theirs = [Some(updated), Some("token")];
                let mut between = requests[look.unwrap() + 1..deletion].iter();
                let is_theirs =
                    |request: &RequestRecord| theirs.contains(&request.operation.as_deref());
                assert!(between.all(is_theirs), "{case}");
                assert!(!is_updated || is(updated) > look, "{case}");
            }
        }
    }
    assert!(conflicts >= 3, "{conflicts}");
}

//! Items.

use serde_json::json;
use timeback_qti::filter::field;
use timeback_qti::models::{
    AssessmentItemInput, CorrectResponse, Interaction, InteractionChoice, MetadataInput,
    QuestionStructure, ResponseDeclaration, ResponseInput, SortOrder,
};
use timeback_qti::xml::InteractionKind;
use timeback_qti::{ErrorKind, MetadataWrite};

use crate::{item_xml, many_items, metadata, support};

#[tokio::test]
async fn an_item_is_authored_in_xml_changed_and_scored() {
    let (_sandbox, client) = support::sandbox().await;
    let xml = item_xml("cities", "Cities");
    assert!(
        client
            .items()
            .upsert_xml(&xml, MetadataWrite::Replace(&metadata(5)))
            .await
            .unwrap()
            .is_created()
    );

    let item = client.item("cities");
    let edited = item
        .edit_xml(|xml| *xml = xml.replace("Paris", "Lyon"))
        .await
        .unwrap();
    assert_eq!(edited.metadata, Some(metadata(5)));
    let view = edited.view().unwrap();
    assert_eq!(view.interactions[0].kind, InteractionKind::Choice);
    assert_eq!(
        view.interactions[0].choice("B").unwrap().content.text(),
        "Lyon"
    );
    assert!(item.get_xml().await.unwrap().contains("Lyon"));

    let edit = item.edit(|item| {
        drop(
            item.metadata
                .as_mut()
                .unwrap()
                .insert("DOK".into(), json!(2)),
        )
    });
    assert_eq!(edit.await.unwrap().metadata.unwrap()["DOK"], 2);

    let score =
        async |response: &ResponseInput| item.process_response(response).await.unwrap().score;
    assert_eq!(
        score(&ResponseInput::new("RESPONSE", ["A", "C"])).await,
        1.0
    );
    assert_eq!(score(&ResponseInput::new("RESPONSE", "A")).await, 0.0);
    assert_eq!(
        score(&ResponseInput::all([("RESPONSE", ["C", "A"].into())])).await,
        1.0
    );

    let changed = client
        .items()
        .update_metadata(&metadata_input(&edited.title))
        .await
        .unwrap();
    assert_eq!(changed.metadata.unwrap()["grade"], 6);
    item.delete().await.unwrap();
    assert_eq!(item.get().await.unwrap_err().kind(), ErrorKind::NotFound);
}

fn metadata_input(title: &str) -> MetadataInput {
    MetadataInput {
        title: Some(title.to_owned()),
        type_: Some("choice".into()),
        ..MetadataInput::new("cities", metadata(6))
    }
}

#[tokio::test]
async fn an_item_is_authored_in_json() {
    let (_sandbox, client) = support::sandbox().await;
    let item = AssessmentItemInput {
        interaction: Some(Interaction {
            response_identifier: Some("RESPONSE".to_owned()),
            max_choices: Some(1),
            question_structure: Some(QuestionStructure::new(
                "What is the capital of Italy?",
                [
                    InteractionChoice::new("A", "Milan"),
                    InteractionChoice::new("B", "Rome"),
                ],
            )),
            ..Interaction::new("choice")
        }),
        response_declarations: Some(vec![ResponseDeclaration {
            base_type: Some("identifier".into()),
            correct_response: Some(CorrectResponse::new(["B"])),
            ..ResponseDeclaration::new("RESPONSE", "single")
        }]),
        metadata: Some(metadata(5)),
        ..AssessmentItemInput::new("capital", "Capital", "choice")
    };
    let created = client.items().create(&item).await.unwrap();
    let view = created.view().unwrap();
    assert_eq!(view.prompts[0].text(), "What is the capital of Italy?");
    assert_eq!(
        view.response_declaration("RESPONSE").unwrap().correct[0].text,
        "B"
    );

    let retitled = AssessmentItemInput {
        title: "Capitals".to_owned(),
        ..item
    };
    assert_eq!(
        client
            .item("capital")
            .update(&retitled)
            .await
            .unwrap()
            .title,
        "Capitals"
    );
}

#[tokio::test]
async fn a_list_of_items_is_filtered_and_streamed() {
    let (_sandbox, client) = support::sandbox().await;
    many_items(&client, 25).await;
    let list = || {
        client
            .items()
            .list()
            .limit(4)
            .sort("identifier")
            .order(SortOrder::Asc)
    };

    let all = list().read_ahead(3).collect().await.unwrap();
    let identifiers: Vec<_> = all.iter().map(|item| item.identifier.as_str()).collect();
    let expected: Vec<_> = (0..25).map(|number| format!("item-{number:02}")).collect();
    assert_eq!(identifiers, expected);

    let even = list().grade(5).item_type("choice").collect().await.unwrap();
    assert_eq!(even.len(), 13);
    let filter = field("title")
        .contains("O'Brien")
        .and(field("identifier").one_of(["item-03", "item-07", "none"]));
    let found = list().filter(filter).collect().await.unwrap();
    assert_eq!(
        found
            .iter()
            .map(|item| item.identifier.as_str())
            .collect::<Vec<_>>(),
        ["item-03", "item-07"]
    );
    assert!(
        list()
            .item_type("order")
            .collect()
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        list().page(2).max_items(3).collect().await.unwrap()[0].identifier,
        "item-04"
    );
}

#[tokio::test]
async fn an_update_that_leaves_the_typed_fields_as_they_were_is_altered_and_names_the_field() {
    let (sandbox, client) = support::sandbox().await;
    let before = item_xml("stale", "Stale");
    client.items().create_xml(&before, None).await.unwrap();
    let rule = timeback_qti_sandbox::FaultRule::new(timeback_qti_sandbox::Effect::StaleFields);
    let rule = rule.on("updateAssessmentItem");
    sandbox.set_faults([rule]).unwrap();
    let after = before.replace("max-choices=\"0\"", "max-choices=\"2\" shuffle=\"true\"");
    let errors = [
        client
            .item("stale")
            .update_xml(&after, MetadataWrite::Clear)
            .await
            .unwrap_err(),
        client
            .items()
            .upsert_xml(&after, MetadataWrite::Clear)
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), timeback_qti::ErrorKind::Altered);
        assert!(error.message().contains("interaction."), "{error}");
        assert!(error.may_have_been_applied());
    }
}

use super::*;
use crate::error::ErrorKind;

fn from(vars: &[(&str, &str)]) -> Result<ClientBuilder> {
    ClientBuilder::from_vars(|name| {
        Ok(vars
            .iter()
            .find(|(set, _)| *set == name)
            .map(|(_, value)| (*value).to_owned()))
    })
}

#[test]
fn an_error_of_a_missing_variable_names_all_that_were_looked_for() {
    let no_secret = from(&[("TIMEBACK_CLIENT_ID", "id")]).unwrap_err();
    let nothing = from(&[]).unwrap_err();
    for (error, names) in [(no_secret, CLIENT_SECRET), (nothing, CLIENT_ID)] {
        assert_eq!(error.kind(), ErrorKind::Config);
        for name in names {
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}

#[test]
fn every_name_that_people_set_is_read() {
    for (id, secret) in CLIENT_ID.iter().zip(CLIENT_SECRET) {
        for (token_url, base_url) in TOKEN_URL.iter().zip(BASE_URL) {
            let builder = from(&[
                (id, "the-id"),
                (secret, "the-secret"),
                (token_url, "https://auth.example/token"),
                (base_url, "https://qti.example/api"),
            ])
            .unwrap();
            assert_eq!(builder.credentials.as_ref().unwrap().id, "the-id");
            assert_eq!(builder.token_url.as_ref().unwrap().0, *token_url);
            assert_eq!(builder.base_url.as_ref().unwrap().0, *base_url);
            builder.build().unwrap();
        }
    }
}

#[test]
fn an_id_and_a_secret_of_one_prefix_go_before_a_mixed_pair() {
    let builder = from(&[
        ("TIMEBACK_CLIENT_ID", "of another product"),
        ("QTI_CLIENT_ID", "qti"),
        ("QTI_CLIENT_SECRET", "s"),
    ])
    .unwrap();
    assert_eq!(builder.credentials.unwrap().id, "qti");
}

#[test]
fn the_identity_providers_host_stands_for_its_token_endpoint() {
    for (set, used) in [
        ("https://idp.example", "https://idp.example/oauth2/token"),
        ("https://idp.example/", "https://idp.example/oauth2/token"),
        (
            "https://idp.example/auth/1.0/token",
            "https://idp.example/auth/1.0/token",
        ),
    ] {
        let builder = from(&[
            ("TIMEBACK_CLIENT_ID", "id"),
            ("TIMEBACK_CLIENT_SECRET", "s"),
            (IDP_URL, set),
        ]);
        assert_eq!(builder.unwrap().token_url.unwrap().1, used);
    }
}

#[test]
fn a_secret_with_white_space_is_refused_and_not_shown() {
    for secret in [" hunter2", "hunter2\n", "hunter2\r\n", "hunter2\t"] {
        let error = from(&[("QTI_CLIENT_ID", "id"), ("QTI_CLIENT_SECRET", secret)]).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("QTI_CLIENT_SECRET begins or ends with white space"),
            "{error}"
        );
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}

#[test]
fn the_first_name_of_a_setting_wins_and_an_empty_one_counts_as_unset() {
    let builder = from(&[
        ("TIMEBACK_CLIENT_ID", ""),
        ("QTI_CLIENT_ID", "qti"),
        ("TIMEBACK_CLIENT_SECRET", "s"),
        ("TIMEBACK_ENVIRONMENT", "Staging"),
        ("TIMEBACK_AUTH_URL", "https://auth.example/oauth2/token"),
        ("QTI_TOKEN_URL", "https://unused.example/token"),
    ])
    .unwrap();
    assert_eq!(builder.credentials.as_ref().unwrap().id, "qti");
    assert_eq!(builder.environment, Environment::Staging);
    assert_eq!(
        builder.token_url,
        Some((
            "TIMEBACK_AUTH_URL",
            "https://auth.example/oauth2/token".to_owned()
        ))
    );
}

#[test]
fn a_wrong_variable_is_named() {
    let credentials = [
        ("TIMEBACK_CLIENT_ID", "id"),
        ("TIMEBACK_CLIENT_SECRET", "s"),
    ];
    for (name, value) in [
        ("TIMEBACK_ENVIRONMENT", "prd"),
        ("QTI_BASE_URL", "qti"),
        ("QTI_TOKEN_URL", "://"),
        ("QTI_BASE_URL", "http://host/api"),
    ] {
        let builder = from(&[credentials[0], credentials[1], (name, value)]);
        let error = builder.and_then(ClientBuilder::build).unwrap_err();
        assert!(
            error.kind() == ErrorKind::Config && error.to_string().contains(name),
            "{error}"
        );
    }
}

#[test]
fn a_builder_never_shows_its_secret() {
    let builder = from(&[
        ("TIMEBACK_CLIENT_ID", "id"),
        ("TIMEBACK_CLIENT_SECRET", "hunter2"),
    ])
    .unwrap();
    assert!(!format!("{builder:?}").contains("hunter2"));
}

#[test]
fn variables_go_before_what_the_builder_has_and_one_half_of_a_pair_goes_with_the_other() {
    let base = || {
        ClientBuilder::default()
            .base_url("https://base.example/api")
            .token_url("https://token.example/oauth2/token")
            .credentials("id", "secret")
    };
    let over = |vars: &[(&str, &str)]| {
        let vars: Vec<(String, String)> = vars
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        let var = |name: &str| {
            let set = vars.iter().find(|(set, _)| set == name);
            Ok(set.map(|(_, value)| value.clone()))
        };
        base().over_vars(var).unwrap()
    };
    let of = |builder: &ClientBuilder| {
        let credentials = builder.credentials.as_ref().unwrap();
        let secret = secrecy::ExposeSecret::expose_secret(&credentials.secret);
        (credentials.id.clone(), secret.to_owned())
    };
    let pair = |id: &str, secret: &str| (id.to_owned(), secret.to_owned());
    assert_eq!(of(&over(&[])), pair("id", "secret"));
    let id_alone = over(&[("QTI_CLIENT_ID", "other")]);
    assert_eq!(of(&id_alone), pair("other", "secret"));
    let secret_alone = over(&[("TIMEBACK_CLIENT_SECRET", "new")]);
    assert_eq!(of(&secret_alone), pair("id", "new"));
    // An environment of another name is not spoken to at these addresses.
    let same = over(&[("TIMEBACK_ENVIRONMENT", "production")]);
    assert_eq!(same.base_url.unwrap().1, "https://base.example/api");
    let other = over(&[("TIMEBACK_ENVIRONMENT", "staging")]);
    assert!(other.base_url.is_none() && other.token_url.is_none());
}

#[cfg(not(feature = "profiles"))]
#[test]
fn a_profile_that_cannot_be_read_is_not_passed_over() {
    let error = from(&[("TIMEBACK_PROFILE", "staging")]).unwrap_err();
    assert!(error.to_string().contains("feature profiles"), "{error}");
}

/// A sign-in whose addresses are those of one issuer.
#[cfg(feature = "sign-in")]
fn signed_in_after(vars: &[(&str, &str)]) -> crate::auth::SignIn {
    let settings = crate::auth::SignIn::new("program")
        .authorize_url("https://one.example/oauth2/authorize")
        .revocation_url("https://one.example/oauth2/revoke");
    let builder = ClientBuilder::default()
        .token_url("https://one.example/oauth2/token")
        .sign_in(settings);
    let var = |name: &str| {
        let found = vars.iter().find(|(set, _)| *set == name);
        Ok(found.map(|(_, value)| (*value).to_owned()))
    };
    match builder.over_vars(var).unwrap().tokens {
        Some(crate::client::builder::tokens::Tokens::SignIn(settings)) => settings,
        _ => panic!("nobody signs in"),
    }
}

#[test]
#[cfg(feature = "sign-in")]
fn the_addresses_of_a_sign_in_are_all_of_one_issuer() {
    for other in [
        ("TIMEBACK_ENVIRONMENT", "staging"),
        ("TIMEBACK_TOKEN_URL", "https://two.example/oauth2/token"),
    ] {
        let settings = signed_in_after(&[other]);
        assert_eq!(
            (settings.authorize_url, settings.revocation_url),
            (None, None),
            "{other:?}"
        );
    }
    let settings = signed_in_after(&[("TIMEBACK_ENVIRONMENT", "production")]);
    assert!(settings.authorize_url.is_some() && settings.revocation_url.is_some());
}

#[cfg(feature = "sign-in")]
#[test]
fn an_id_or_a_secret_alone_is_that_of_the_client_that_a_person_signs_in_to() {
    let settings = signed_in_after(&[("TIMEBACK_CLIENT_ID", "other")]);
    assert_eq!(settings.client_id, "other");
    let settings = signed_in_after(&[("TIMEBACK_CLIENT_SECRET", "s")]);
    assert_eq!(settings.client_id, "program");
    assert!(settings.client_secret.is_some());
}

//! Certificates that prove nothing, and TLS that ends too soon.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use timeback_qti::reqwest::Certificate;
use timeback_qti::{ClientBuilder, ErrorKind};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;

use crate::harness::{Call, assert_usable, builder_at, check_text, in_time, section};
use crate::support::server::json as answer;

/// An authority that a client can be told to trust.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // OpenSSL takes a certificate whose issuer has its own name for one that signed itself.
        params
            .distinguished_name
            .push(DnType::CommonName, "authority");
        let key = KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        Self {
            certificate: Certificate::from_der(certificate.der()).unwrap(),
            issuer: Issuer::new(params, key),
        }
    }

    fn trusted_by(&self, builder: ClientBuilder) -> ClientBuilder {
        let certificate = self.certificate.clone();
        builder.http_client(move |http| http.add_root_certificate(certificate.clone()))
    }

    /// What a server of this name needs, from one year until another.
    fn certify(&self, name: &str, years: (i32, i32)) -> ServerConfig {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(years.0, 1, 1);
        params.not_after = date_time_ymd(years.1, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        ServerConfig::builder()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
            )
            .unwrap()
    }
}

/// A server that answers each request with these bytes, and ends its connections as TLS has it or without a word; its
/// address, and how many requests it has got.
async fn serve(config: ServerConfig, reply: Vec<u8>, properly: bool) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!(
        "https://localhost:{}",
        listener.local_addr().unwrap().port()
    );
    let requests = Arc::new(AtomicUsize::new(0));
    let (count, acceptor) = (Arc::clone(&requests), TlsAcceptor::from(Arc::new(config)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, reply, count) = (acceptor.clone(), reply.clone(), Arc::clone(&count));
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                let _ = stream.read(&mut [0; 10_000]).await?;
                count.fetch_add(1, Ordering::Relaxed);
                stream.write_all(&reply).await?;
                match properly {
                    true => stream.shutdown().await,
                    false => {
                        stream.flush().await?;
                        let (mut tcp, _): (TcpStream, _) = stream.into_inner();
                        tcp.shutdown().await
                    }
                }
            });
        }
    });
    (url, requests)
}

fn client_of(url: &str) -> ClientBuilder {
    builder_at(url).static_token("a-token")
}

#[tokio::test]
async fn a_certificate_that_proves_nothing_gets_no_request() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let whole = answer(200, &section());
    for (name, config, succeeds) in [
        ("good", authority.certify("localhost", (2000, 2100)), true),
        (
            "of a stranger",
            stranger.certify("localhost", (2000, 2100)),
            false,
        ),
        (
            "of another host",
            authority.certify("elsewhere.invalid", (2000, 2100)),
            false,
        ),
        ("ended", authority.certify("localhost", (2000, 2001)), false),
        (
            "not begun",
            authority.certify("localhost", (2099, 2100)),
            false,
        ),
    ] {
        let (url, requests) = serve(config, whole.clone(), true).await;
        let client = authority.trusted_by(client_of(&url)).build().unwrap();
        if succeeds {
            assert_usable(name, &client).await;
            continue;
        }
        let error = in_time(name, Call::AddItem.run(&client)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Connect, 5),
            "{name}: {error:?}"
        );
        assert!(!error.may_have_been_applied(), "{name}");
        assert_eq!(requests.load(Ordering::Relaxed), 0, "{name}");
        check_text(name, &error);
    }
}

/// OpenSSL takes the end of the connection for the goodbye.
#[cfg(not(feature = "native-tls"))]
#[tokio::test]
async fn a_body_that_somebody_cut_on_the_way_is_told_by_the_missing_goodbye_of_tls() {
    let authority = Authority::new();
    let body = section().to_string();
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
    for (properly, kind) in [(true, None), (false, Some(ErrorKind::Transport))] {
        let config = authority.certify("localhost", (2000, 2100));
        // Without a length, nothing but the goodbye says that the body is whole.
        let (url, _) = serve(config, format!("{head}{body}").into_bytes(), properly).await;
        let client = authority.trusted_by(client_of(&url)).build().unwrap();
        let result = in_time("cut", Call::Get.run(&client)).await;
        assert_eq!(result.err().map(|error| error.kind()), kind);
    }
}

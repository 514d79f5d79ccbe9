//! TLS to Redis, with the certificates that this machine trusts.

use redis::{Client, RedisResult};

#[cfg(not(feature = "rustls"))]
pub(super) fn open(url: &str) -> RedisResult<Client> {
    Client::open(url)
}

/// The certificates are loaded here: left to itself, the redis crate trusts none where its other TLS library is built in,
/// and refuses to connect where the machine has a single one that it cannot read.
#[cfg(feature = "rustls")]
pub(super) fn open(url: &str) -> RedisResult<Client> {
    use redis::{ConnectionAddr, TlsCertificates};

    let client = Client::open(url)?;
    if !matches!(
        client.get_connection_info().addr(),
        ConnectionAddr::TcpTls { .. }
    ) {
        return Ok(client);
    }
    choose_cryptography();
    let mut roots = rustls::RootCertStore::empty();
    let found = rustls_native_certs::load_native_certs().certs.into_iter();
    let usable = found.filter(|certificate| roots.add(certificate.clone()).is_ok());
    let texts: Vec<_> = usable.map(|certificate| pem(&certificate)).collect();
    let certificates = TlsCertificates {
        client_tls: None,
        root_cert: Some(texts.concat()),
    };
    Client::build_with_tls(url, certificates)
}

/// The redis crate panics where a program has several libraries of cryptography built in and has chosen none.
#[cfg(feature = "rustls")]
fn choose_cryptography() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, and has chosen one then.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    }
}

#[cfg(feature = "rustls")]
fn pem(certificate: &[u8]) -> Vec<u8> {
    use base64::Engine as _;

    let text = base64::engine::general_purpose::STANDARD.encode(certificate);
    format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n").into_bytes()
}

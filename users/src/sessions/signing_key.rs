//! The key that signs access tokens, and the file it lives in.
//!
//! Invariant: instances that share the file share the key, even if all of them start for the first time at once. The
//! file appears under its name only when it is complete; all other instances then read the key that the first one
//! created.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD, Engine};
use chassis::{StartError, error::chain};
use jsonwebtoken::{
    EncodingKey,
    jwk::{
        AlgorithmParameters, CommonParameters, EllipticCurve, Jwk, KeyAlgorithm,
        OctetKeyPairParameters, OctetKeyPairType, PublicKeyUse, ThumbprintHash,
    },
};

const PEM_BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const PEM_END: &str = "-----END PRIVATE KEY-----";

/// An Ed25519 key pair. Its id is the thumbprint of its public half (RFC 7638), so that it needs no name of its own.
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pub(crate) private: EncodingKey,
    pub(crate) public: Jwk,
}

impl SigningKey {
    /// Reads the key, and makes one first where there is no file.
    pub(crate) fn read_or_make(path: &Path) -> Result<Self, StartError> {
        if !path.exists() {
            make(path).map_err(|error| refused(path, &error))?;
        }
        Self::read(path)
    }

    /// Reads a PKCS#8 key, PEM or DER.
    pub(crate) fn read(path: &Path) -> Result<Self, StartError> {
        let content = fs::read(path).map_err(|error| refused(path, &error))?;
        Self::decode(&content).ok_or_else(|| {
            StartError::new(format!(
                "key file {}: not an Ed25519 key in PKCS#8, as PEM or DER",
                path.display()
            ))
        })
    }

    fn decode(content: &[u8]) -> Option<Self> {
        let der = from_pem(content).unwrap_or_else(|| content.to_vec());
        let pair = Ed25519KeyPair::from_pkcs8(&der).ok()?;
        let mut public = Jwk {
            common: CommonParameters {
                public_key_use: Some(PublicKeyUse::Signature),
                key_algorithm: Some(KeyAlgorithm::EdDSA),
                ..CommonParameters::default()
            },
            algorithm: AlgorithmParameters::OctetKeyPair(OctetKeyPairParameters {
                key_type: OctetKeyPairType::OctetKeyPair,
                curve: EllipticCurve::Ed25519,
                x: BASE64_URL_SAFE_NO_PAD.encode(pair.public_key()),
            }),
        };
        let id = public.thumbprint(ThumbprintHash::SHA256).ok()?;
        public.common.key_id = Some(id.clone());
        let private = EncodingKey::from_ed_der(pair.to_pkcs8v1().ok()?.as_ref());
        Some(Self {
            id,
            private,
            public,
        })
    }
}

/// Writes a new key under another name, then gives it the right one, which fails if that is taken by now.
fn make(path: &Path) -> io::Result<()> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    fs::create_dir_all(directory)?;
    let pair = Ed25519KeyPair::generate().map_err(|_| io::Error::other("no key could be made"))?;
    let der = pair
        .to_pkcs8v1()
        .map_err(|_| io::Error::other("no key could be made"))?;

    let draft = directory.join(format!(".signing-key-{}", uuid::Uuid::now_v7()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)?;
    let linked = file
        .write_all(to_pem(der.as_ref()).as_bytes())
        .and_then(|()| file.sync_all())
        .and_then(|()| match fs::hard_link(&draft, path) {
            // Another instance was first: its key is ours too.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
            linked => linked,
        });
    fs::remove_file(&draft)?;
    linked?;
    File::open(directory)?.sync_all()
}

fn refused(path: &Path, error: &io::Error) -> StartError {
    StartError::new(format!("key file {}: {}", path.display(), chain(error)))
}

fn to_pem(der: &[u8]) -> String {
    // 48 bytes of key and header are 64 characters: one line.
    format!("{PEM_BEGIN}\n{}\n{PEM_END}\n", BASE64_STANDARD.encode(der))
}

fn from_pem(content: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(content).ok()?;
    let (_, rest) = text.split_once(PEM_BEGIN)?;
    let (body, _) = rest.split_once(PEM_END)?;
    let body: String = body.split_whitespace().collect();
    BASE64_STANDARD.decode(body).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn instances_that_start_together_end_with_one_key() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("keys/signing.pem");
        let ids: Vec<String> = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8)
                .map(|_| scope.spawn(|| SigningKey::read_or_make(&path).unwrap().id))
                .collect();
            starts
                .into_iter()
                .map(|start| start.join().unwrap())
                .collect()
        });
        assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "no draft is left"
        );
    }

    #[test]
    fn pem_and_der_of_one_key_are_one_key() {
        let directory = tempfile::tempdir().unwrap();
        let (pem, der) = (
            directory.path().join("key.pem"),
            directory.path().join("key.der"),
        );
        let made = SigningKey::read_or_make(&pem).unwrap();
        fs::write(&der, from_pem(&fs::read(&pem).unwrap()).unwrap()).unwrap();
        assert_eq!(SigningKey::read(&der).unwrap().id, made.id);
    }

    #[test]
    fn a_file_that_is_not_a_key_is_refused_and_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.pem");
        fs::write(
            &path,
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
        )
        .unwrap();
        let error = SigningKey::read_or_make(&path).err().unwrap();
        assert!(error.to_string().contains("key.pem"), "{error}");
    }
}

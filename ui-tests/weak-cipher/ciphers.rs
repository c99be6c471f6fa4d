//! Ciphers and modes that are broken, and near misses.

use aes::Aes256;
use aes::cipher::block_padding::Pkcs7;
use aes::cipher::{BlockDecryptMut, BlockEncryptMut, KeyInit, KeyIvInit, StreamCipher};
use des::{Des, TdesEde3};

type DesCbc = cbc::Encryptor<Des>;
type AesCbc = cbc::Encryptor<Aes256>;

fn by_an_alias(key: &[u8; 8], iv: &[u8; 8], text: &[u8]) -> Vec<u8> {
    DesCbc::new(key.into(), iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text) //~ weak-cipher
}

fn as_an_argument(key: &[u8; 24], iv: &[u8; 8], text: &[u8]) -> Vec<u8> {
    cbc::Encryptor::<TdesEde3>::new(key.into(), iv.into()) //~ weak-cipher
        .encrypt_padded_vec_mut::<Pkcs7>(text)
}

fn book(key: &[u8; 32], text: &[u8]) -> Vec<u8> {
    ecb::Encryptor::<Aes256>::new(key.into()).encrypt_padded_vec_mut::<Pkcs7>(text) //~ weak-cipher
}

fn stream(key: &[u8; 16], data: &mut [u8]) {
    let mut cipher = rc4::Rc4::<rc4::consts::U16>::new(key.into()); //~ weak-cipher
    cipher.apply_keystream(data);
}

fn of_openssl(key: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    openssl::symm::encrypt(openssl::symm::Cipher::aes_256_ecb(), key, None, text) //~ weak-cipher
}

fn triple(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    let cipher = openssl::symm::Cipher::des_ede3_cbc(); //~ weak-cipher
    openssl::symm::encrypt(cipher, key, Some(iv), text)
}

fn chained(key: &[u8; 32], iv: &[u8; 16], text: &[u8]) -> Vec<u8> {
    // near miss: AES, each block with the one before
    AesCbc::new(key.into(), iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text)
}

fn authenticated(key: &[u8], iv: &[u8], text: &[u8], tag: &mut [u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    // near miss: what is recommended
    openssl::symm::encrypt_aead(openssl::symm::Cipher::aes_256_gcm(), key, Some(iv), &[], text, tag)
}

fn counter(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    // near miss: AES with a counter
    openssl::symm::encrypt(openssl::symm::Cipher::aes_128_ctr(), key, Some(iv), text)
}

fn chacha(key: &[u8], iv: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    // near miss: a stream cipher that holds
    openssl::symm::encrypt(openssl::symm::Cipher::chacha20(), key, Some(iv), text)
}

fn password(password: &str) -> Result<String, bcrypt::BcryptError> {
    // near miss: made of Blowfish, and good for what it is there for
    bcrypt::hash(password, 12)
}

fn one_block(key: &[u8; 32], block: &mut [u8; 16]) {
    use aes::cipher::BlockEncrypt;
    // near miss: a single block, which a mode is made of
    Aes256::new(key.into()).encrypt_block(block.into());
}

struct Rc4;

impl Rc4 {
    fn new(_: u8) -> Rc4 {
        Rc4
    }
}

fn own() -> Rc4 {
    // near miss: a type of the program's own
    Rc4::new(1)
}

struct Description {
    destination: &'static str,
}

fn des() -> Description {
    // near miss: a function that is called like the cipher
    Description { destination: "des" }
}

fn named(cipher: &str) -> bool {
    // near miss: a name to be refused
    matches!(cipher, "des-cbc" | "rc4")
}

fn shown() -> &'static str {
    // near miss: a type's name, and no cipher is made
    std::any::type_name::<Des>()
}

mod ecb_codes {
    pub(crate) fn new(_: u8) {}
}

fn codes() {
    // near miss: a module of the program's own
    ecb_codes::new(3);
}

fn main() {}

//! Ciphers and modes by aliases, generics, fields and names.

use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockDecryptMut, BlockEncrypt, BlockEncryptMut, KeyInit, KeyIvInit, StreamCipher, block_padding::Pkcs7};
use aes::{Aes128, Aes256};
use des::TdesEde3 as Legacy;
use openssl::symm::{Cipher, Crypter, Mode, encrypt};

type Ecb = ecb::Encryptor<Aes128>;
type Chained = cbc::Encryptor<Aes256>;
type OldChain = cbc::Encryptor<Legacy>;

pub fn by_alias(key: &[u8; 16], text: &[u8]) -> Vec<u8> {
    Ecb::new(key.into()).encrypt_padded_vec_mut::<Pkcs7>(text) //~ weak-cipher
}

pub fn by_alias_of_an_alias(key: &[u8], iv: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let cipher = OldChain::new_from_slices(key, iv).ok()?; //~ weak-cipher
    Some(cipher.encrypt_padded_vec_mut::<Pkcs7>(text))
}

fn suite() -> Cipher {
    Cipher::aes_256_ecb() //~ weak-cipher
}

pub fn by_openssl(key: &[u8], text: &[u8]) -> Result<Vec<u8>, openssl::error::ErrorStack> {
    encrypt(suite(), key, None, text)
}

pub fn by_crypter(key: &[u8], iv: &[u8]) -> Result<Crypter, openssl::error::ErrorStack> {
    let cipher = Cipher::des_ede3_cbc(); //~ weak-cipher
    Crypter::new(cipher, Mode::Encrypt, key, Some(iv))
}

pub fn stream(key: &[u8; 16], text: &mut [u8]) {
    use rc4::consts::U16;
    let mut cipher = rc4::Rc4::<U16>::new(key.into()); //~ weak-cipher
    cipher.apply_keystream(text);
}

struct Vault {
    cipher: des::Des,
}

impl Vault {
    fn open(key: &[u8; 8]) -> Self {
        Vault { cipher: KeyInit::new(key.into()) } //~ weak-cipher
    }
}

pub fn chained(key: &[u8; 32], iv: &[u8; 16], text: &[u8]) -> Vec<u8> {
    Chained::new(key.into(), iv.into()).encrypt_padded_vec_mut::<Pkcs7>(text) // near miss: AES-256 in CBC
}

pub fn one_block(key: &[u8; 16], block: &mut [u8; 16]) {
    Aes128::new(key.into()).encrypt_block(GenericArray::from_mut_slice(block)); // near miss: a single block
}

pub fn modern() -> Cipher {
    Cipher::aes_256_gcm() // near miss: authenticated
}

pub fn counter() -> Cipher {
    Cipher::aes_128_ctr() // near miss: another mode
}

pub fn password(password: &str) -> bcrypt::BcryptResult<String> {
    bcrypt::hash(password, 12) // near miss: made of Blowfish
}

mod ecb_report {
    pub struct Ecb;

    impl Ecb {
        pub fn new(key: &[u8]) -> usize {
            key.len()
        }
    }
}

pub fn central_bank(key: &[u8]) -> usize {
    ecb_report::Ecb::new(key) // near miss: a type of this program
}

pub fn name(cipher: &str) -> &'static str {
    match cipher {
        "des" | "rc4" => "refused", // near miss: only named
        _ => "taken",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vector(key: &[u8; 8]) -> des::Des {
        des::Des::new(key.into()) // near miss: a test
    }
}

fn main() {}

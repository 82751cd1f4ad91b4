import pytest

from rules.criteria.credentials.named_values import Class, class_of, named

RANDOM = "q7Zt0VhX2mK9sPfL4wRb"
HEX = "9f86d081884c7d659a2feaa0c55ad015"
UUID = "7d9f2c1e-4b3a-4f6d-8e2b-1a5c9d0e7f34"


@pytest.mark.parametrize(
    ("name", "promised"),
    [
        ("DB_PASSWORD", Class.PASSWORD),
        ("dbPassword", Class.PASSWORD),
        ("PGPASSWORD", Class.PASSWORD),
        ("DB_PASSWORD_PROD_2", Class.PASSWORD),
        ("JWT_SECRET", Class.SECRET),
        ("apiKey", Class.SECRET),
        ("SIGNING_KEY", Class.SECRET),
        ("OPENAI_KEY", Class.PERHAPS),
        ("TOKEN_SETTINGS", Class.PERHAPS),
        ("DBPASSWORD_SETTINGS", Class.PERHAPS),
        ("AUTHTOKEN_SETTINGS", Class.PERHAPS),
        ("BASIC_AUTH", Class.AUTHORIZATION),
        ("DB_PASSWORD_ARN", Class.NOTHING),
        ("SECRET_NAME", Class.NOTHING),
        ("MAX_TOKENS_PER_REQUEST", Class.NOTHING),
        ("PARTITION_KEY", Class.NOTHING),
        ("JWT_PUBLIC_KEY", Class.NOTHING),
        ("MONKEY_PATCH", Class.NOTHING),
        ("COMPASS", Class.NOTHING),
        ("PROD", Class.NOTHING),
        ("", Class.NOTHING),
    ],
)
def test_the_last_word_of_a_name_counts(name: str, promised: Class) -> None:
    assert class_of(name) is promised


WORDS = [
    (Class.PASSWORD, "DB_{}", "password passwd pwd passphrase pass pw passcode passwort kennwort senha"),
    (Class.PASSWORD, "{}", "userpassword mailpasswd keypassphrase"),
    (
        Class.SECRET,
        "DB_{}",
        (
            "secret secrets token tokens credential credentials creds pepper salt apikey apikeys secretkey "
            "accesskey privatekey authkey authtoken accesstoken clientsecret csrftoken mapsapikey"
        ),
    ),
    (
        Class.SECRET,
        "X_{}_KEY",
        (
            "api access secret private signing encryption master hmac license licence admin auth account storage "
            "service shared crypto cipher fernet aes session app jwt subscription ingest deploy root symmetric"
        ),
    ),
    (Class.SECRET, "X_{}_KEYS", "api signing"),
    (Class.AUTHORIZATION, "DB_{}", "auth authorization basicauth userpass"),
    (
        Class.NOTHING,
        "DB_{}_KEY",
        (
            "partition sort primary foreign cache object routing idempotency group hash range location "
            "translation dedup deduplication lookup index row message kms tag map dict json sns sqs dynamodb join "
            "order shard file prefix site"
        ),
    ),
    (Class.NOTHING, "{}_SIGNING_KEY", "public publishable pub verify verification"),
    (
        Class.NOTHING,
        "DB_SECRET_{}",
        (
            "arn arns id ids name names path paths param params parameter parameters ref reference url urls uri "
            "uris endpoint endpoints host hostname port header headers prefix suffix length limit limits policy "
            "ttl expiry expiration expires lifetime days hours minutes seconds ms age timeout type types mode "
            "method algorithm alg provider providers issuer audience scope scopes realm enabled disabled required "
            "count size index file filename location region alias version versions format field fields column "
            "table bucket source role fingerprint thumbprint hint label rotation store manager cache user "
            "username owner template pattern regex schema jmespath price cost budget minute request family kind "
            "domain service group status state title description text message model function lambda queue topic "
            "zone layer handler runtime class module package strategy backend engine server client cluster "
            "instance stack pool project account tenant organization team application encoding separator"
        ),
    ),
    (
        Class.PASSWORD,
        "DB_PASSWORD_{}",
        (
            "prod production dev development stage staging test testing live sandbox qa uat value plain plaintext "
            "encoded string str default primary secondary main backup current previous new old us eu v json "
            "decrypted raw 1 v2"
        ),
    ),
    (Class.PERHAPS, "{}_SETTINGS", "password pwd secret token auth basicauth key keys mypassphrase mysecret"),
    (Class.PERHAPS, "X_{}_KEY", "maps"),
]


@pytest.mark.parametrize(
    ("form", "word", "promised"), [(form, word, promised) for promised, form, words in WORDS for word in words.split()]
)
def test_words_promise_something(form: str, word: str, promised: Class) -> None:
    assert class_of(form.format(word.upper())) is promised


@pytest.mark.parametrize(
    ("name", "promised"),
    [
        pytest.param("x" * 1000 + "_password", Class.PASSWORD, id="the end of a long name"),
        pytest.param("password" + "_x" * 1000, Class.NOTHING, id="the beginning of a long name"),
        pytest.param("password_" + "x" * 247, Class.PERHAPS, id="a name that is just read as a whole"),
        pytest.param("DBPassword", Class.PASSWORD, id="capitals before a word"),
        pytest.param("key", Class.PERHAPS, id="a key of anything"),
    ],
)
def test_reads_words_of_a_name(name: str, promised: Class) -> None:
    assert class_of(name) is promised


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("DB_PASSWORD", "hunter2", "a password"),
        ("DB_PASSWORD", "12345", None),
        ("DB_PASSWORD", "1234a", "a password"),
        ("AWS_SECRET", "wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAMPLEKEY", "an AWS secret access key"),
        ("AWS_TOKEN", "wJalrXUtnFEMIaK7MDENGabPxRfiCYEXAMPLEKEY", "a secret value"),
        ("AWS_SECRET", "wJalrXUtnFEMIaKzMDENGabPxRfiCYEXAMPLEKEY", None),
        ("AWS_SECRET", "0123456789abcdef0123456789abcdef01234567", "a secret value"),
        ("AWS_SECRET", "0123456789ABCDEF0123456789ABCDEF01234567", "a secret value"),
        ("SECRET_SETTINGS", "claims-jwt", None),
        ("BASIC_AUTH", "ops:ab", None),
        ("BASIC_AUTH", "ops:abc", "a user name with a password"),
        ("BASIC_AUTH", "${OPS}:abc", "a user name with a password"),
        ("BASIC_AUTH", RANDOM, "a secret value"),
        ("BASIC_AUTH", UUID, None),
        ("API_TOKENS", f"claims-jwt, {HEX}", "a secret value"),
        ("API_TOKENS", "claims-jwt,claims-api", None),
        ("API_TOKEN", "claims-jwt,claims-api", "a secret value"),
        ("API_TOKENS", "ab,cd", None),
        ("JWT_SECRET", "ab1!", None),
        ("JWT_SECRET", "ab1!cd2", None),
        ("JWT_SECRET", "ab1!cd2?", "a secret value"),
        ("JWT_SECRET", "20240101 10-15", None),
        ("JWT_SECRET", "claims.jwt_api/key:v", None),
        ("JWT_SECRET", "claims jwt", "a secret value"),
        ("JWT_SECRET", "claims\njwt1", None),
        ("JWT_SECRET", "claims-jwt-v234", None),
        ("JWT_SECRET", "claims-jwt-v2345", "a secret value"),
        ("JWT_SECRET", "secrettext", "a secret value"),
        ("JWT_SECRET", "mypassword", "a secret value"),
        ("JWT_SECRET", "Letmeinnow", "a secret value"),
        ("JWT_SECRET", "qwertyuiop", "a secret value"),
        ("JWT_SECRET", "theadmin-x", None),
        ("JWT_SECRET", "secrettext.v2", "a secret value"),
        ("JWT_SECRET", "claimsjwt", None),
        ("JWT_SECRET", "changeme", None),
        ("DB_PASSWORD", "123456", "a password"),
        ("DB_PASSWORD", "12", None),
        ("DB_PASSWORD", "$ecretPass1", "a password"),
        ("DB_PASSWORD", "$DB_PASSWORD", None),
        ("DB_PASSWORD", "Winter/2024", "a password"),
        ("DB_PASSWORD", "prod/db/password", None),
        ("DB_PASSWORD", "changeme", None),
        ("JWT_SECRET", "keyboard cat", "a secret value"),
        ("JWT_SECRET", "supersecretkey", "a secret value"),
        ("JWT_SECRET", "claims-jwt", None),
        ("JWT_SECRET", "claims-jwt-v2", None),
        ("API_TOKEN", UUID, "a secret value"),
        ("API_TOKENS", f"{RANDOM},{HEX}", "a secret value"),
        ("STOP_TOKENS", "Human:,Assistant:", None),
        ("MAX_TOKENS", "200000", None),
        ("OPENAI_KEY", RANDOM, "a secret value"),
        ("OPENAI_KEY", UUID, None),
        ("OPENAI_KEY", "claims-gateway-eu", None),
        ("TENANT", RANDOM, None),
        ("BASIC_AUTH", "ops:Winter2024!", "a user name with a password"),
        ("AUTH", "HMAC-SHA256", None),
        ("DB_SECRET", "ClaimsDbSecret8C1D2E3F-aB3dE6fG9hIj", None),
    ],
)
def test_a_name_and_a_value_make_a_secret(name: str, value: str, kind: str | None) -> None:
    assert named(name, value) == kind

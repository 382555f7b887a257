from __future__ import annotations

import pytest

from grader.answers import Flag, find_flags, looks_transcribed, read_answer
from grader.bank import parse_rubric
from tests.grader.factories import document

RUBRIC = parse_rubric(document(vocabulary=["bcrypt", "salt", "dns", "http"]))


def flags(text: str) -> set[Flag]:
    return set(find_flags(read_answer(text, max_characters=20_000), RUBRIC))


@pytest.mark.parametrize(
    "text",
    [
        "so the queue holds the messages until the consumer has time and nothing is lost",
        "Um, the queue holds them. The consumer reads when it can.",
        "The service is written in node jay ess. It holds no state.",
        "Okay, so the queue holds them. The consumer reads when it can.",
        "So, uh, [inaudible] the queue holds them. Then it calls server.close() at the end.",
    ],
)
def test_speech_is_known_by_its_signs(text: str) -> None:
    assert looks_transcribed(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a queue",
        "A queue holds the messages. The consumer reads when it can, and nothing is lost.",
        "a queue holds messages, the consumer reads when it can; nothing is lost (mostly)",
        "- um\n- a queue\n- holds messages",
        "um I would call `queue.push()` there and then wait for the consumer to read it",
        "Hmm, no. A queue holds the messages, and the consumer reads them.",
        "Ok so (see above) a queue holds the messages.",
    ],
)
def test_typed_text_is_not_taken_for_speech(text: str) -> None:
    assert not looks_transcribed(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thank you. " * 12,
        "thanks for watching " * 5,
        "so the queue holds the messages " + "and then we see that " * 6,
        " ".join(f"{word} the queue holds the message now" for word in ("um", "so", "and") * 6),
        "[inaudible] the queue [inaudible] and then [music] so [unintelligible]",
        "(music) ♪ (applause)",
        "Thank you. Thank you. Thank you.",
        "Thanks for watching! See you in the next video.",
        "Subtitles by the Amara.org community",
        "[music] Please like and subscribe to my channel.",
        "xkr fghjk qwrtp zxcvb mnbvc lkjhg dfghj rtpqw vbnmx",
        "a b f g r e q p z x k l",
    ],
)
def test_a_poor_transcript_is_flagged(text: str) -> None:
    assert Flag.POOR_TRANSCRIPT in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "no no no, that is wrong, it is the consumer that reads from the queue",
        "Retry, retry, retry: that is what the client does until the queue takes it.",
        "The queue holds the messages [inaudible] and the consumer reads them when it has time.",
        "dns http tcp udp tls ssh ftp ntp",
        "The array is [music] in my example, and [noise] is another genre that it holds there.",
        "a queue",
        "yes " * 5,
        "Subscribe",
        "Subscribe to the channel",
        "Translated by the resolver",
        "A consumer must subscribe to the channel first. Thank you.",
    ],
)
def test_a_usable_transcript_is_not(text: str) -> None:
    assert Flag.POOR_TRANSCRIPT not in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "Man speichert Passwörter nie im Klartext, sondern hasht sie mit bcrypt und einem Salt.",
        "Las contraseñas no se guardan en claro, se usa bcrypt con una sal distinta para cada uno.",
        "On ne stocke jamais le mot de passe en clair, on le hache avec bcrypt et un sel unique.",
        "Senhas nunca ficam em texto puro, usamos bcrypt com um salt por usuário porque é lento.",
        "Parolalar düz metin olarak saklanmaz, her kullanıcı için ayrı bir tuz ile bcrypt kullanılır.",
        "Kata sandi tidak boleh disimpan apa adanya, kami memakai bcrypt dengan salt yang berbeda.",
        "Пароли нельзя хранить открытым текстом, их нужно хешировать с солью.",
        "密码不能明文存储，应该用加盐的慢哈希算法来保存。",
        "لا يجب تخزين كلمات المرور كنص واضح بل يتم تجزئتها.",
    ],
)
def test_another_language_is_flagged(text: str) -> None:
    assert Flag.OTHER_LANGUAGE in flags(text)


@pytest.mark.parametrize(
    "text",
    [
        "Redis",
        "no idea sorry",
        "Guten Tag",
        "密码",
        "hash slow salt unique pepper secret bcrypt memory hard per user never plain",
        "pls dont store pw plain, hash n salt em, bcrypt slow so brute force expensiv, salt per usr",
        "SELECT id, name FROM users WHERE email = $1; EXPLAIN ANALYZE SELECT count FROM orders",
        "```js\nconst filas = await consulta(usuario, contrasena);\n```\nThat is how I read it.",
        "Kafka RabbitMQ Redis PostgreSQL MongoDB Cassandra DynamoDB Elasticsearch MySQL",
        "password is must be hash, because if hacker take database he no can read password",
    ],
)
def test_english_terms_and_code_are_not(text: str) -> None:
    assert Flag.OTHER_LANGUAGE not in flags(text)

"""A Whisper model of a few thousand random weights: it is loaded, and runs, as real ones are.

What it writes is noise. Its alphabet is single bytes, so that it needs no vocabulary file.
"""

from __future__ import annotations

import json
from pathlib import Path

_SPECIAL = (
    "<|endoftext|>",
    "<|startoftranscript|>",
    "<|translate|>",
    "<|transcribe|>",
    "<|startoflm|>",
    "<|startofprev|>",
    "<|nospeech|>",
    "<|notimestamps|>",
)
_LIKELY = {"Ġ": 14.0, "a": 15.0, "<|endoftext|>": 15.0, "<|1.00|>": 12.0}
_TIMES = tuple(f"<|{hundredths / 100:.2f}|>" for hundredths in range(0, 3002, 2))


def make_tiny_whisper(folder: Path, *, seed: int = 4) -> Path:
    """Write a model in CTranslate2's format; returns its folder."""
    import torch
    from ctranslate2.converters import TransformersConverter
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
    from transformers import GenerationConfig, WhisperConfig, WhisperForConditionalGeneration

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([AddedToken(t, special=True) for t in (*_SPECIAL, *_TIMES)])
    ids: dict[str, int] = tokenizer.get_vocab()
    end, start, unused = (ids[token] for token in _SPECIAL[:3])
    config = WhisperConfig(
        vocab_size=tokenizer.get_vocab_size(),
        num_mel_bins=80,
        d_model=64,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=64,
        decoder_ffn_dim=64,
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=unused,
        decoder_start_token_id=start,
        begin_suppress_tokens=[end],
    )
    torch.manual_seed(seed)
    model = WhisperForConditionalGeneration(config)
    with torch.no_grad():
        # Makes a few tokens likely, so that it is sure enough not to try again and again, and ends.
        norm, embedded = model.model.decoder.layer_norm, model.model.decoder.embed_tokens.weight
        for text, logit in _LIKELY.items():
            chosen = embedded[ids[text]]
            norm.bias += chosen * (logit / chosen.square().sum())
    # The defaults name tokens that only the vocabulary of real models has.
    model.generation_config = GenerationConfig(  # type: ignore[no-untyped-call]
        begin_suppress_tokens=[end],
        suppress_tokens=[],
        bos_token_id=end,
        eos_token_id=end,
        pad_token_id=unused,
        decoder_start_token_id=start,
        alignment_heads=[[0, 0], [0, 1]],
    )
    plain = folder / "transformers"
    model.save_pretrained(plain)
    tokenizer.save(str(plain / "tokenizer.json"))
    (plain / "preprocessor_config.json").write_text(
        json.dumps({"feature_size": 80, "sampling_rate": 16000, "hop_length": 160, "n_fft": 400})
    )
    converter = TransformersConverter(
        str(plain), copy_files=["tokenizer.json", "preprocessor_config.json"]
    )
    converted: str = converter.convert(str(folder / "tiny"))
    return Path(converted)

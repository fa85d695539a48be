"""Small checkpoints with random weights, and what transformers computes with them, for tests/checkpoints.rs.

    pip install torch==2.15.0 transformers==5.24.0 pillow==13.0.0 numpy safetensors
    python python/checkpoint_goldens.py

Writes one folder per model below tests/goldens/checkpoints, as `save_pretrained` does, with `reference.safetensors` beside
the weights, and two pictures that all models see. Biases and norms are perturbed, so that leaving one out shows. The
weights of one model are half precision, those of another lie in shards.
"""

import json
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from safetensors.torch import save_file
from transformers import (
    BertTokenizer,
    BlipConfig,
    BlipForConditionalGeneration,
    BlipForImageTextRetrieval,
    BlipForQuestionAnswering,
    BlipImageProcessorPil,
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPTokenizer,
    SiglipConfig,
    SiglipImageProcessorPil,
    SiglipModel,
)

FOLDER = Path(__file__).parent.parent / "tests" / "goldens" / "checkpoints"
SIDE, PATCH = 32, 8
LETTERS = "abcdefghijklmnopqrstuvwxyz"
SENTENCES = ["a cat", "Two DOGS on a càt"]


def pictures():
    """Two pictures, a wide and a tall one."""
    found = []
    for name, (width, height), phase in (("wide.png", (50, 35), 0.0), ("tall.png", (36, 61), 1.7)):
        y, x = np.mgrid[0:height, 0:width].astype(float)
        waves = [127 + 120 * np.sin(x / (3 + 4 * c) + phase) * np.cos(y / (5 + 2 * c) - c) for c in range(3)]
        picture = Image.fromarray(np.stack(waves, -1).astype(np.uint8))
        picture.save(FOLDER / name)
        found.append(picture)
    return found


def perturb(model, seed, factor):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if "logit_" in name:
                continue
            if weight.dim() >= 2:
                weight.mul_(factor)
            elif "bias" in name:
                weight.add_(torch.randn(weight.shape, generator=generator) * 0.05)
            elif "norm" in name.lower():
                weight.add_(torch.randn(weight.shape, generator=generator) * 0.1)


def save(model, name, processor, inputs, outputs, **options):
    folder = FOLDER / name
    model.save_pretrained(folder, **options)
    processor.save_pretrained(folder)
    tensors = {f"in.{key}": value for key, value in inputs.items()}
    tensors |= {f"out.{key}": value for key, value in outputs.items()}
    tensors = {
        key: (value if value.is_floating_point() else value.int()).detach().contiguous().clone()
        for key, value in tensors.items()
    }
    save_file(tensors, folder / "reference.safetensors")


def hidden(prefix, states):
    return {f"{prefix}.{k}": state for k, state in enumerate(states)}


def towers(model, inputs):
    """Everything that CLIP and SigLIP compute."""
    with torch.no_grad():
        out = model(**inputs, output_hidden_states=True)
    vision, text = out.vision_model_output, out.text_model_output
    return {
        **hidden("vision_hidden", vision.hidden_states),
        **hidden("text_hidden", text.hidden_states),
        "vision_last": vision.last_hidden_state,
        "vision_pooled": vision.pooler_output,
        "text_last": text.last_hidden_state,
        "text_pooled": text.pooler_output,
        "image_embeds": out.image_embeds,
        "text_embeds": out.text_embeds,
        "logits_per_image": out.logits_per_image,
    }


def clip_vocabulary(folder):
    folder.mkdir(parents=True, exist_ok=True)
    tokens = list(LETTERS) + [f"{letter}</w>" for letter in LETTERS] + ["ca", "cat</w>", "do", "dog"]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({token: i for i, token in enumerate(tokens)}, ensure_ascii=False))
    (folder / "merges.txt").write_text("#version: 0.2\nc a\nca t</w>\nd o\ndo g\n")
    return len(tokens)


def clip(name, act, legacy, seed, half):
    vocabulary = clip_vocabulary(FOLDER / name)
    end = vocabulary - 1
    sizes = dict(num_hidden_layers=2, hidden_act=act, projection_dim=16)
    torch.manual_seed(seed)
    config = CLIPConfig(
        text_config=dict(
            vocab_size=vocabulary, hidden_size=24, intermediate_size=48, num_attention_heads=3,
            max_position_embeddings=20, eos_token_id=2 if legacy else end, bos_token_id=end - 1, pad_token_id=1, **sizes,
        ),
        vision_config=dict(
            hidden_size=32, intermediate_size=64, num_attention_heads=4, image_size=SIDE, patch_size=PATCH, **sizes,
        ),
        projection_dim=16,
    )
    model = CLIPModel(config).eval()
    perturb(model, seed, 3.0)
    if half:
        model = model.half().float()
    tokenizer = CLIPTokenizer(
        str(FOLDER / name / "vocab.json"), str(FOLDER / name / "merges.txt"), model_max_length=20
    )
    words = tokenizer(SENTENCES, padding=True, truncation=True, return_tensors="pt")
    processor = CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )
    pixels = processor(images=PICTURES, return_tensors="pt")["pixel_values"]
    inputs = {"pixel_values": pixels, "input_ids": words["input_ids"], "attention_mask": words["attention_mask"]}
    outputs = towers(model, inputs)
    with torch.no_grad():
        outputs["text_embeds_no_mask"] = model(pixel_values=pixels, input_ids=words["input_ids"]).text_embeds
    save(model.half() if half else model, name, processor, inputs, outputs)


def siglip(name, seed):
    torch.manual_seed(seed)
    sizes = dict(hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=3)
    config = SiglipConfig(
        text_config=dict(
            vocab_size=40, max_position_embeddings=12, pad_token_id=1, bos_token_id=2, eos_token_id=3, **sizes
        ),
        vision_config=dict(image_size=SIDE, patch_size=PATCH, **sizes),
    )
    model = SiglipModel(config).eval()
    perturb(model, seed, 1.6)
    with torch.no_grad():
        model.logit_scale.fill_(2.25)
        model.logit_bias.fill_(-3.75)
    processor = SiglipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    pixels = processor(images=PICTURES, return_tensors="pt")["pixel_values"]
    ids = torch.ones(2, 12, dtype=torch.long)
    ids[0], ids[1, :5] = torch.arange(4, 16), torch.tensor([20, 30, 7, 8, 3])
    mask = (ids != 1).long()
    outputs = towers(model, {"pixel_values": pixels, "input_ids": ids})
    outputs["probs"] = outputs["logits_per_image"].sigmoid()
    with torch.no_grad():
        masked = model(pixel_values=pixels, input_ids=ids, attention_mask=mask)
    outputs["text_embeds_with_mask"] = masked.text_embeds
    inputs = {"pixel_values": pixels, "input_ids": ids, "attention_mask": mask}
    save(model, name, processor, inputs, outputs, max_shard_size="40KB")


def blip_vocabulary(folder):
    folder.mkdir(parents=True, exist_ok=True)
    tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + list(LETTERS) + [f"##{letter}" for letter in LETTERS]
    tokens += ["cat", "dog", "two", "on", "is", "there", "?"]
    (folder / "vocab.txt").write_text("\n".join(tokens) + "\n")
    return len(tokens) + 2


def blip(name, cls, seed, end_bias):
    """The model, its processor and its inputs; `[DEC]` and `[ENC]` are the two ids beyond the vocabulary's."""
    vocabulary = blip_vocabulary(FOLDER / name)
    torch.manual_seed(seed)
    sizes = dict(hidden_size=24, intermediate_size=48, num_hidden_layers=2, num_attention_heads=3)
    config = BlipConfig(
        vision_config=dict(image_size=SIDE, patch_size=PATCH, initializer_range=0.02, **sizes),
        text_config=dict(
            vocab_size=vocabulary, encoder_hidden_size=24, max_position_embeddings=24, bos_token_id=vocabulary - 2,
            pad_token_id=0, eos_token_id=3, sep_token_id=3, label_smoothing=0.0, **sizes,
        ),
        image_text_hidden_size=16,
    )
    model = cls(config).eval()
    perturb(model, seed, 5.0)
    if hasattr(model, "text_decoder"):
        with torch.no_grad():
            model.text_decoder.cls.predictions.bias[3] += end_bias
    tokenizer = BertTokenizer(str(FOLDER / name / "vocab.txt"))
    words = tokenizer(SENTENCES, padding=True, return_tensors="pt")
    processor = BlipImageProcessorPil(size={"height": SIDE, "width": SIDE})
    pixels = processor(images=PICTURES, return_tensors="pt")["pixel_values"]
    inputs = {"pixel_values": pixels, "input_ids": words["input_ids"], "attention_mask": words["attention_mask"]}
    return model, processor, inputs


def best5(model, ids, states):
    logits = model.text_decoder(input_ids=ids[:, :-1], encoder_hidden_states=states, return_dict=True).logits
    top = logits.topk(5, -1)
    return top.indices, top.values


def telling(greedy, beams, logits):
    """Texts differ, one at least ends, beams differ from greedy, and nothing hangs on rounding."""
    written = (greedy[:, :-1] != 3).long().cumprod(1).bool()
    gap = (logits[..., 0] - logits[..., 1])[written].min()
    ends = [(row[1:] == 3).any().item() for row in greedy]
    short = [(row == 3).nonzero()[0].item() if end else 99 for row, end in zip(greedy, ends)]
    width = min(greedy.shape[1], beams.shape[1])
    differ = not torch.equal(greedy[:, :width], beams[:, :width])
    return gap > 0.02 and any(ends) and min(short) > 2 and differ and not torch.equal(greedy[0], greedy[1])


def blip_caption(name):
    for seed in range(100, 400):
        model, processor, inputs = blip(name, BlipForConditionalGeneration, seed, 0.6)
        pixels = inputs["pixel_values"]
        prompt = torch.tensor([[2, 5, 57, 3]] * 2)
        ids = torch.tensor([[model.config.text_config.bos_token_id, 5, 57]] * 2)
        options = dict(pixel_values=pixels, max_new_tokens=10, do_sample=False)
        with torch.no_grad():
            greedy = model.generate(num_beams=1, **options)
            beams = model.generate(num_beams=3, **options)
            vision = model.vision_model(pixel_values=pixels, output_hidden_states=True)
            indices, values = best5(model, greedy, vision.last_hidden_state)
            if not telling(greedy, beams, values):
                continue
            prompted = model.generate(input_ids=prompt, num_beams=1, **options)
            text = model.text_decoder(
                input_ids=ids, encoder_hidden_states=vision.last_hidden_state,
                output_hidden_states=True, output_attentions=True, return_dict=True,
            )
        outputs = {
            **hidden("vision_hidden", vision.hidden_states),
            **hidden("decoder_hidden", text.hidden_states),
            **hidden("cross_attention", text.cross_attentions),
            "image_embeds": vision.last_hidden_state,
            "logits": text.logits,
            "greedy_ids": greedy,
            "greedy_prompt_ids": prompted,
            "beam3_ids": beams,
            "greedy_top5_ids": indices,
            "greedy_top5_logits": values,
        }
        save(model, name, processor, {"pixel_values": pixels, "input_ids": ids}, outputs)
        return
    raise SystemExit(f"{name}: no seed gives telling texts")


def blip_answer(name):
    for seed in range(100, 400):
        model, processor, inputs = blip(name, BlipForQuestionAnswering, seed, 0.6)
        options = dict(**inputs, max_new_tokens=10, do_sample=False)
        with torch.no_grad():
            greedy = model.generate(num_beams=1, **options)
            beams = model.generate(num_beams=3, **options)
            image = model.vision_model(pixel_values=inputs["pixel_values"]).last_hidden_state
            question = model.text_encoder(
                input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"],
                encoder_hidden_states=image, return_dict=True,
            ).last_hidden_state
            indices, values = best5(model, greedy, question)
        if not telling(greedy, beams, values):
            continue
        outputs = {
            "image_embeds": image,
            "question_embeds": question,
            "answer_ids": greedy,
            "answer_beam3_ids": beams,
            "answer_top5_ids": indices,
            "answer_top5_logits": values,
        }
        save(model, name, processor, inputs, outputs)
        return
    raise SystemExit(f"{name}: no seed gives telling texts")


def blip_match(name):
    model, processor, inputs = blip(name, BlipForImageTextRetrieval, 31, 0.0)
    marked = inputs["input_ids"].clone()
    marked[:, 0] = model.config.text_config.vocab_size - 1
    with torch.no_grad():
        fused = model(**inputs, use_itm_head=True)
        apart = model(**inputs, use_itm_head=False)
        encoded = model(**{**inputs, "input_ids": marked}, use_itm_head=True)
        unit = torch.nn.functional.normalize
        image = unit(model.vision_proj(apart.last_hidden_state[:, 0]), dim=-1)
        text = unit(model.text_proj(apart.question_embeds[:, 0]), dim=-1)
    outputs = {
        "image_embeds": apart.last_hidden_state,
        "image_feat": image,
        "text_feat": text,
        "text_only_embeds": apart.question_embeds,
        "fused_embeds": fused.question_embeds,
        "itm_score": fused.itm_score,
        "itm_probs": fused.itm_score.softmax(-1),
        "itm_score_enc": encoded.itm_score,
        "itc_score": apart.itm_score,
    }
    save(model, name, processor, {**inputs, "input_ids_enc": marked}, outputs)


FOLDER.mkdir(parents=True, exist_ok=True)
torch.set_num_threads(1)
PICTURES = pictures()
clip("clip_quick_gelu", "quick_gelu", True, 11, half=True)
clip("clip_gelu", "gelu", False, 12, half=False)
siglip("siglip", 51)
blip_caption("blip_caption")
blip_answer("blip_answer")
blip_match("blip_match")

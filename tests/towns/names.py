"""Invented names: villages, people, firms. None is meant to be anybody's."""

from __future__ import annotations

import numpy as np

COMMUNITIES = [
    "青山街",
    "文昌宫",
    "滨河路",
    "盐店坝",
    "东兴门",
    "桂花园",
    "凤凰坡",
    "大井巷",
    "红旗路",
    "学府苑",
    "茶馆口",
    "迎宾路",
]
VILLAGES = [
    "韩洪",
    "柏树",
    "莲花塘",
    "石桥",
    "双河口",
    "观音滩",
    "白果",
    "高洞",
    "龙湾",
    "竹林湾",
    "金鼓",
    "新塘",
    "黄桷",
    "马鞍山",
    "云台",
    "三溪",
    "梨园",
    "桃花冲",
    "永安",
    "团结",
    "瓦窑",
    "长堰",
    "青杠",
    "罗汉",
    "天池",
    "陡坎",
    "鹅项",
    "沙坪",
    "响水",
    "喻家沟",
]
SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭何林罗高郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘田董袁于余叶蒋杜苏魏程吕丁沈任姚卢钟姜崔谭陆"
GIVEN = "建国明华秀英桂芳志强丽君小红文斌玉兰春梅永福德贵世平国栋海燕晓东雪琴光荣家兴素珍天佑思源庆余长林淑贤开泰"
RARE = "㐂䶮"  # people and places have such characters; GBK has them not, GB18030 has


def village_names(rng: np.random.Generator, community: list[bool]) -> tuple[list[str], list[str]]:
    """Twelve-digit codes (居委会 from 001, 村委会 from 200) and names, one for each flag."""
    codes, names = [], []
    streets, fields = list(rng.permutation(COMMUNITIES)), list(rng.permutation(VILLAGES))
    count = {True: 0, False: 0}
    for flag in community:
        pool, suffix, first = (streets, "社区", 1) if flag else (fields, "村", 200)
        n = count[flag]
        round_ = "" if n < len(pool) else "一二三四五六七八九十"[(n // len(pool) - 1) % 10]
        names.append(f"{pool[n % len(pool)]}{round_}{suffix}")
        codes.append(f"510311104{first + n:03d}")
        count[flag] += 1
    return codes, names


def people(rng: np.random.Generator, count: int) -> list[str]:
    """Invented personal names of two or three characters."""
    surname = rng.choice(list(SURNAMES), count)
    given = rng.choice(list(GIVEN), (count, 2))
    short = rng.random(count) < 0.2
    return [
        f"{s}{g[0]}{'' if one else g[1]}" for s, g, one in zip(surname, given, short, strict=True)
    ]

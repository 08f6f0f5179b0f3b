"""The project file: every mistake is told, at once, in one sentence that helps."""

from pathlib import Path

import pytest

from gridmerge.config.handwritten_toml import read_tables
from gridmerge.config.project_file import read_project
from gridmerge.errors import ProjectError

SMALLEST = """
[villages]
path = "villages.shp"
[[layers]]
department = "police"
path = "police.shp"
"""


def project(folder: Path, text: str) -> Path:
    folder.joinpath("gridmerge.toml").write_text(text, "utf-8")
    return folder


def test_the_smallest_project_gets_every_default(tmp_path):
    settings = read_project(project(tmp_path, SMALLEST))
    assert settings.layers[0].key == settings.layers[0].department == "police"
    assert (settings.grids.unit, settings.grids.target, settings.grids.min) == (
        "area_ha",
        50.0,
        10.0,
    )
    assert settings.publish.contacts == "masked"
    assert settings.project.language == "zh"


def test_households_bring_the_common_sizes(tmp_path):
    settings = read_project(
        project(tmp_path, SMALLEST + '[[workload]]\nname = "households"\npath = "b.gpkg"\n')
    )
    assert (settings.grids.min, settings.grids.target, settings.grids.max) == (150, 300, 450)


def test_layers_are_sorted_so_that_their_order_cannot_matter(tmp_path):
    text = SMALLEST + '[[layers]]\nkey = "fire"\ndepartment = "消防"\npath = ["a.shp", "b/*.shp"]\n'
    settings = read_project(project(tmp_path, text))
    assert [layer.key for layer in settings.layers] == ["fire", "police"]
    assert settings.layers[0].path == ("a.shp", "b/*.shp")


def test_a_numeric_code_is_text(tmp_path):
    settings = read_project(
        project(tmp_path, "[project]\ncode = 510311104\ncrs = 4544\n" + SMALLEST)
    )
    assert (settings.project.code, settings.project.crs) == ("510311104", "4544")


@pytest.mark.parametrize(
    "table", ["villages", "layers", "workload", "roster", "addresses", "places"]
)
def test_control_points_lie_beside_the_project_file_whoever_names_them(tmp_path, table):
    text = {"villages": SMALLEST.replace("[[layers]]", 'control = "k.csv"\n[[layers]]')}.get(table)
    more = {
        "layers": '[[layers]]\nkey = "x"\n',
        "workload": '[[workload]]\nname = "households"\n',
    }.get(table, f"[{table}]\n")
    settings = read_project(
        project(tmp_path, text or f'{SMALLEST}{more}path = "a.csv"\ncontrol = "k.csv"\n')
    )
    read = getattr(settings, table)
    last = read[-1] if isinstance(read, tuple) else read
    assert last.control == str(settings.folder / "k.csv")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[project]\nnam = "x"\n', "unknown key project.nam, did you mean name?"),
        ('[villages]\npth = "x"\n', "unknown key villages.pth, did you mean path?"),
        ("[grid]\nmin = 3\n", "unknown key grid, did you mean grids?"),
        ('[grids]\nmax = "many"\n', "grids.max 'many' is not usable"),
        ('[[layers]]\npath = "x.shp"\n', "needs a key or a department"),
        ('[[layers]]\ndepartment = "fire"\n', "layers[1].path is missing"),
        (
            '[[layers]]\ndepartment = "fire"\npath = "x"\nrole = "bass"\n',
            "layers[1].role 'bass' is not usable",
        ),
        ('[[workload]]\npath = "x"\n', "workload[1].name is missing"),
    ],
)
def test_a_mistake_is_named_with_the_way_out(tmp_path, text, said):
    with pytest.raises(ProjectError) as caught:
        read_project(project(tmp_path, text))
    assert said in str(caught.value)


def test_all_mistakes_are_told_at_once(tmp_path):
    with pytest.raises(ProjectError) as caught:
        read_project(project(tmp_path, '[project]\nnam = "x"\n[villages]\npth = "x"\n'))
    for part in ("project.nam", "villages.pth", "villages.path"):
        assert part in str(caught.value)
        assert part in caught.value.in_("zh")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (
            '[[layers]]\ndepartment = "police"\npath = "y.shp"\n',
            "[[layers]] has police more than once",
        ),
        ("[grids]\ntarget = 10\nmin = 20\n", "min ≤ target ≤ max"),
        ('[grids]\nunit = "people"\n', "not the name of a [[workload]]"),
        (
            '[[workload]]\nname = "a"\npath = "a"\n[[workload]]\nname = "b"\npath = "b"\n',
            "needs a unit, one of a, b",
        ),
        ('[[workload]]\nname = "people"\npath = "a"\n', "needs a target"),
    ],
)
def test_contradictions_are_named(tmp_path, more, said):
    with pytest.raises(ProjectError) as caught:
        read_project(project(tmp_path, SMALLEST + more))
    assert said in str(caught.value)


def test_no_project_file_says_how_to_make_one(tmp_path):
    with pytest.raises(ProjectError, match="run gridmerge init"):
        read_project(tmp_path)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_project_file_is_read_as_notepad_saves_it(tmp_path, codec, end):
    text = ('[project]\nname = "青山镇"\n' + SMALLEST).replace("\n", end)
    tmp_path.joinpath("gridmerge.toml").write_bytes(text.encode(codec))
    assert read_project(tmp_path).project.name == "青山镇"


BY_HAND = {
    "Chinese quotation marks": ("name = “青山镇”", 'name = "青山镇"', "引号"),
    "one plain, one Chinese": ('name = "青山镇”', 'name = "青山镇"', "引号"),
    "no quotation marks": ("name = 青山镇", 'name = "青山镇"', "引号"),
    "one quotation mark": ('name = "青山镇', 'name = "青山镇"', "引号"),
    "single Chinese marks": ("name = ‘青山镇’", "name = '青山镇'", "引号"),
    "full-width equals": ('name ＝ "青山镇"', 'name = "青山镇"', "全角"),
    "a colon": ('name： "青山镇"', 'name = "青山镇"', "等号"),
    "full-width blanks": ('\u3000name = "青山镇"', 'name = "青山镇"', "空格"),
    "a zero-width character": ('\u200bname = "青山镇"', 'name = "青山镇"', "空格"),
    "a full stop": ('name = "青山镇"。', 'name = "青山镇"', "标点"),
    "a comment as in C": ("// 青山镇的项目", "# 青山镇的项目", "#"),
    "a remark behind": ('name = "青山镇" // 镇', 'name = "青山镇"', "#"),
    "a code with noughts": ("code = 0510311", 'code = "0510311"', "引号"),
    "full-width brackets of a list": (
        'name = ["青山镇"，"绿水镇"]',
        'name = ["青山镇", "绿水镇"]',
        "逗号",
    ),
    "a path in double quotes": ('name = "D:\\data\\x.gpkg"', "name = 'D:\\data\\x.gpkg'", "正斜杠"),
    "a path whose backslash is an escape": (
        'path = "data\\new.gpkg"',
        "path = 'data\\new.gpkg'",
        "正斜杠",
    ),
}


@pytest.mark.parametrize("case", BY_HAND)
def test_a_line_by_hand_is_named_with_its_mending(tmp_path, case):
    line, mended, word = BY_HAND[case]
    with pytest.raises(ProjectError) as caught:
        read_project(project(tmp_path, f"# 项目\n[project]\n{line}\n" + SMALLEST))
    zh = caught.value.in_("zh")
    assert "第 3 行" in zh and mended in zh and word in zh
    assert "line 3" in str(caught.value)
    assert not any(
        parser in zh for parser in ("Invalid", "Unescaped", "Expected", "Illegal", "Input should")
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("【villages】\npath = 'v.shp'\n", "[villages]"),
        ("[villages\npath = 'v.shp'\n", "[villages]"),
        (SMALLEST.replace("[[layers]]", "[layers]"), "[[layers]]"),
        (SMALLEST.replace("[[layers]]", "[[layers]"), "[[layers]]"),
        (SMALLEST + "[layers]\nkey = 'x'\n", "[[layers]]"),
        (SMALLEST + "path = 'x'\n", "path 写了两次"),
        (SMALLEST + "[villages]\npath = 'x'\n", "villages 写了两次"),
        ("[project]\nname = “甲”\n[villages]\npath = v.shp\n", "第 4 行"),
        (SMALLEST + '[overlay]\ntolerance = "ten"\n', "应为数字"),
        (SMALLEST + "[overlay]\ntolerance = inf\n[grids]\nnumber = 3\n", "应为一个表"),
        (SMALLEST + "[overlay]\ntolerance = inf\n", "应为有限的数字"),
    ],
)
def test_tables_by_hand_are_explained_in_the_language_of_the_sentence(tmp_path, text, said):
    with pytest.raises(ProjectError) as caught:
        read_project(project(tmp_path, text))
    zh = caught.value.in_("zh")
    assert said in zh
    assert not any(
        parser in zh for parser in ("Invalid", "Cannot", "Expected", "Input should", "valid")
    )


def test_a_column_may_have_a_line_break_in_its_name(tmp_path):
    settings = read_project(project(tmp_path, SMALLEST + 'geometry = "边界\\n（经度,纬度）"\n'))
    assert settings.layers[0].geometry == "边界\n（经度,纬度）"


def test_a_project_file_that_is_no_text_is_one_sentence(tmp_path):
    tmp_path.joinpath("gridmerge.toml").write_bytes(bytes(range(128, 256)) * 3)
    with pytest.raises(ProjectError, match="UTF-8"):
        read_project(tmp_path)


def test_no_layers_is_said(tmp_path):
    with pytest.raises(ProjectError, match="there is no"):
        read_project(project(tmp_path, '[villages]\npath = "v.shp"\n'))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("１０", "10"),
        ("010", "10"),
        ("2,5", "2.5"),
        ("1,200", "1200"),
        ("=3", "3"),
        ("１,５００", "1500"),
        ("00", "0"),
    ],
)
def test_a_number_written_otherwise_is_shown_as_the_number(tmp_path, written, value):
    (tmp_path / "gridmerge.toml").write_text(f"[overlay]\ntolerance = {written}\n", "utf-8")
    with pytest.raises(ProjectError) as stopped:
        read_tables(tmp_path / "gridmerge.toml")
    assert stopped.value.in_("zh").endswith(f"请写成 tolerance = {value}。")
    assert stopped.value.in_("en").endswith(f"write tolerance = {value}.")

"""What real departments call their files and columns. Gathered from what offices send, not from the tool's own word lists."""

from __future__ import annotations

# (id, name, holder): as Chinese forms, pinyin forms and developers call them
FIELDS: tuple[tuple[str, str, str], ...] = (
    ("网格编码", "网格名称", "责任人"),
    ("网格编号", "网格名称", "网格长"),
    ("编号", "名称", "负责人"),
    ("编号", "网格名", "联系人"),
    ("代码", "名称", "网格员"),
    ("片区编号", "片区名称", "包片干部"),
    ("区域编码", "区域名称", "管理人员"),
    ("责任区编号", "责任区", "责任民警"),
    ("单元编码", "单元名称", "巡查员"),
    ("WGBM", "WGMC", "FZR"),
    ("WGBH", "WGMC", "WGY"),
    ("WGDM", "WGM", "WGZ"),
    ("wgid", "wgname", "lxr"),
    ("BH", "MC", "ZRR"),
    ("DM", "MC", "LXR"),
    ("grid_id", "grid_name", "manager"),
    ("gridCode", "gridName", "leader"),
    ("grid_no", "name", "contact"),
    ("code", "name", "principal"),
    ("OBJCODE", "OBJNAME", "OWNER"),
    ("zone_id", "zone_name", "officer"),
)

# columns that stand beside those in real exports; none is asked for
BESIDE: tuple[str, ...] = (
    "OBJECTID",
    "Shape_Leng",
    "Shape_Area",
    "备注",
    "面积",
    "联系电话",
    "户数",
    "更新日期",
    "所属村",
    "上级编码",
    "网格类型",
    "序号",
    "XZDM",
    "XZMC",
    "SHAPE_ID",
    "制图人",
    "状态",
)

# key: stems of file names, the older ones among them
FILES: dict[str, tuple[str, ...]] = {
    "public_security_governance": (
        "综治网格",
        "平安建设网格图",
        "社会治理网格",
        "全科网格（综治）",
        "zongzhi_wg",
    ),
    "urban_management": (
        "数字城管单元网格",
        "城管万米网格",
        "环卫责任区",
        "市容管理责任网格",
        "chengguan_wangge",
    ),
    "party": ("党建网格", "党支部责任区", "组织办红色网格", "党员先锋岗责任区", "dangjian_grid"),
    "police": ("派出所责任区", "社区警务辖区", "一村一警警格", "公安警务网格", "jingwuqu"),
    "emergency": ("安监网格", "安全生产网格化监管", "应急办网格", "安监站片区划分", "anjian_wg"),
    "fire": ("消防网格", "消防安全微网格", "专职消防队辖区", "xiaofang_wangge"),
    "environment": ("环保网格", "环境监管三级网格", "生态环境网格化监管", "huanbao_wg"),
    "market": ("工商所监管片区", "食药监管网格", "市场监管所责任区", "质监片区", "gongshang_pq"),
    "natural_resources": (
        "国土所巡查网格",
        "田长制网格",
        "自然资源所巡查区",
        "耕地保护网格",
        "guotu_xcwg",
    ),
    "housing": ("房管所物业小区网格", "住建办自建房排查网格", "房屋安全网格", "zhujian_wg"),
    "forestry": ("林长制责任区", "护林员巡护片", "林业站网格", "linye_zrq"),
    "agriculture": ("农技推广责任区", "农产品监管网格", "农业服务中心包片", "nongye_wg"),
    "animal_health": ("动物防疫网格", "兽医站防疫片区", "畜牧站包片", "fangyi_wg"),
    "health": ("家医签约片区", "卫生院公卫服务片", "计生网格", "卫生监督协管网格"),
    "civil_affairs": ("社会救助网格", "低保核查片区", "养老服务片区", "民政网格"),
    "human_resources": ("劳动监察网格", "社保所片区", "劳动保障协理网格", "人社网格"),
    "medical_insurance": ("医保服务片区", "医保经办网格", "yibao_wg"),
    "justice": ("人民调解网格", "司法所片区", "普法责任网格", "sifa_wg"),
    "petitions": ("信访网格", "信访代理包片", "xinfang_wg"),
    "greening": ("绿化养护标段", "园林养护责任区", "lvhua_biaoduan"),
    "enforcement": ("综合执法网格", "执法中队片区", "执法大队责任区", "zhifa_pianqu"),
    "government_services": ("便民服务代办片", "政务代办网格", "帮办代办网格", "bianmin_wg"),
    "statistics": ("普查小区", "统计调查小区", "经普普查区", "pucha_xiaoqu"),
    "education": ("小学学区", "学区划分", "控辍保学网格", "教办服务片区", "xuequ"),
    "veterans": ("退役军人服务站片区", "双拥网格", "tuiyi_wg"),
    "rural_revitalisation": ("防返贫监测网格", "乡村振兴网格", "扶贫包片"),
    "power_supply": ("供电所台区", "电力台区网格", "国网供电服务片"),
    "gas": ("燃气巡检片", "天然气入户安检网格"),
    "culture_tourism": ("文化市场网格", "文旅监管片区"),
    "women_federation": ("妇联网格",),
    "hotline": ("12345工单网格", "热线网格"),
}
# what a folder of that department is called, when its file inside is named by nobody
FOLDERS: dict[str, str] = {
    "public_security_governance": "政法委",
    "urban_management": "城管局",
    "police": "公安局",
    "emergency": "应急局",
    "environment": "环保局",
    "market": "市场监管局",
    "natural_resources": "国土局",
    "housing": "住建局",
    "health": "卫健局",
    "justice": "司法所",
    "education": "教育局",
    "forestry": "林业局",
    "agriculture": "农业农村局",
}
NAMELESS = ("网格", "网格数据", "wangge", "grid", "网格划分图（最终）", "片区")
DECORATIONS = (
    "{}",
    "{}",
    "{}",
    "青山镇{}",
    "{}（定稿）",
    "{}_20240315",
    "2024年{}",
    "{}-报送",
    "附件2 {}",
)

# (name of the file, code field, name field)
VILLAGES: tuple[tuple[str, str, str], ...] = (
    ("村界", "XZQDM", "XZQMC"),
    ("行政村界", "村代码", "村名"),
    ("村级行政区划", "CJDM", "CJMC"),
    ("社区村边界2023", "区划代码", "名称"),
    ("青山镇村社区界线", "code", "name"),
    ("cunjie", "CUNDM", "CUNMC"),
    ("XZQ_CJ", "ZLDWDM", "ZLDWMC"),
    ("行政村", "行政区划代码", "行政区名称"),
    ("village_boundary", "village_code", "village"),
)
# (file, id, address, households, people)
HOUSES: tuple[tuple[str, str, str, str, str], ...] = (
    ("房屋台账", "序号", "门牌", "户数", "人口"),
    ("房屋_户数人口", "bh", "dz", "hs", "rk"),
    ("建筑物普查点", "BUILD_ID", "ADDRESS", "ZHS", "ZRK"),
    ("楼栋信息", "楼栋编号", "地址", "总户数", "总人口"),
    ("住户统计", "编号", "门牌号", "居民户数", "常住人口"),
    ("buildings", "id", "address", "households", "population"),
    ("标准地址", "地址编码", "标准地址", "户数", "居住人数"),
)
EVENTS = (
    "12345工单",
    "事件_2025年",
    "案件台账",
    "群众诉求",
    "网格事件上报记录",
    "events",
    "巡查上报问题",
)
FIRMS = ("企业名录", "九小场所", "商户台账", "市场主体", "企业", "沿街商铺")
PARKS = ("园区", "工业园区范围", "产业园")
ROSTERS = ("花名册", "网格员名册", "人员名单", "网格员信息表", "专兼职网格员", "网格队伍一览表")
# member_id, name, kind, capacity, lon, lat, village, phone
ROSTER_FIELDS: tuple[tuple[str, ...], ...] = (
    ("member_id", "name", "kind", "capacity", "lon", "lat", "village", "phone"),
    ("工号", "姓名", "人员类型", "工作量额度", "经度", "纬度", "所属村", "手机"),
    ("编号", "网格员姓名", "类别", "承载量", "经度", "纬度", "所在社区", "联系电话"),
    ("人员编号", "姓名", "岗位", "额度", "lng", "lat", "村社区", "电话"),
)
MATTERS = ("事项清单", "网格事项清单（81项）", "入格事项")
RIVERS = ("河流", "水系", "河道中心线", "river")
ROADS = ("主要道路", "道路中心线", "路网", "roads")

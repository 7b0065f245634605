//! What people bring: matters of a city and its villages, each with what was found and answered.

use lianbang::pb::v1::case;

/// A matter.
#[derive(Debug)]
pub struct Matter {
    /// `topics/{id}`, the id.
    pub topic: &'static str,
    /// Who is competent: a department's short word, or `township`.
    pub office: &'static str,
    /// In a line; names nobody.
    pub title: &'static str,
    /// The citizen's words.
    pub words: &'static str,
    /// What was found.
    pub facts: &'static str,
    /// Why it is answered so.
    pub reasons: &'static str,
    /// The law behind it.
    pub law: &'static str,
    /// What the answer is.
    pub outcome: case::Outcome,
}

#[expect(clippy::too_many_arguments, reason = "the table below is read as one line a matter")]
const fn matter(
    topic: &'static str,
    office: &'static str,
    title: &'static str,
    words: &'static str,
    facts: &'static str,
    reasons: &'static str,
    law: &'static str,
    outcome: case::Outcome,
) -> Matter {
    Matter { topic, office, title, words, facts, reasons, law, outcome }
}

use case::Outcome::{Explained, NotSupported, Supported};

/// Claims.
pub const CLAIMS: &[Matter] = &[
    matter(
        "heating",
        "housing",
        "老旧小区多年未通集中供暖",
        "俺们小区住的多是退休老人，十来年了一到冬天屋里就跟冰窖一样，开会说了多少回管网就是接不进来。",
        "经查，该小区红线外一百二十米处已有供热主管网，小区内无二次管网，居民意愿户数达到八成。",
        "具备接入条件，所需费用由供热企业、业主和社区按方案分担。",
        "《河南省集中供热管理试行办法》",
        Supported,
    ),
    matter(
        "property-management",
        "housing",
        "物业收费不公开、电梯常年停运",
        "电梯坏了仨月没人管，物业费照收，问账目在哪儿公示也没人说。",
        "经查，物业企业未按约定每半年公布收支，一部电梯年检过期停用。",
        "责令公布收支并在限期内完成电梯维修。",
        "《物业管理条例》第四十条、第五十四条",
        Supported,
    ),
    matter(
        "title-deeds",
        "land",
        "购房多年办不下不动产证",
        "房子住了八年，钱早就交清了，房本就是办不下来，孩子上学落户都卡在这儿。",
        "经查，开发企业欠缴土地出让金，项目未完成竣工备案。",
        "按历史遗留问题处理意见，先办证后追缴，住户的办理申请予以支持。",
        "《不动产登记暂行条例实施细则》",
        Supported,
    ),
    matter(
        "land-requisition",
        "land",
        "征地补偿款发放与公示面积不符",
        "公示的是四亩二，到手算下来才三亩八，村里说不清是谁量的。",
        "经复核，原勘测将田间道路计入集体，勘测成果与公示表不一致。",
        "面积更正后差额已列入补发名单。",
        "《土地管理法》第四十八条",
        Supported,
    ),
    matter(
        "homesteads",
        "township",
        "宅基地审批申请长期没有答复",
        "儿子结婚要分户，申请交了一年，问就是等。",
        "经查，该户现有宅基地面积已达规定标准，不符合分户新批条件。",
        "不符合一户一宅的新批条件，已说明可通过村庄规划内闲置宅院流转解决。",
        "《土地管理法》第六十二条",
        Explained,
    ),
    matter(
        "unpaid-wages",
        "labour",
        "工地停工，农民工工资被拖欠",
        "干了五个月，包工头说甲方没拨款，二十来个人的工资到现在一分没给。",
        "经查，总包企业未按月足额拨付人工费，专用账户余额不足。",
        "责令总包企业限期清偿，逾期由工资保证金支付。",
        "《保障农民工工资支付条例》第三十条",
        Supported,
    ),
    matter(
        "work-injury",
        "labour",
        "工伤认定申请未被受理",
        "在厂里轧伤了手，厂里说没签合同不算工伤。",
        "经查，工资转账记录和工友证言可以证明劳动关系。",
        "申请材料已补正，应予受理。",
        "《工伤保险条例》第十八条",
        Supported,
    ),
    matter(
        "social-assistance",
        "civil",
        "低保被取消，要求恢复",
        "老伴常年吃药，去年还给低保，今年说不给就不给了。",
        "经核对，家庭人均收入因子女务工超过当地低保标准，医疗支出较大。",
        "不符合低保条件，可按低保边缘家庭申请医疗救助。",
        "《社会救助暂行办法》第九条",
        Explained,
    ),
    matter(
        "elderly-care",
        "civil",
        "村里养老服务点建成后一直锁门",
        "牌子挂了两年，门天天锁着，老人们连个坐的地方也没有。",
        "经查，服务点因无运营主体停用，设施完好。",
        "由乡镇确定运营单位，限期开放。",
        "《养老机构管理办法》",
        Supported,
    ),
    matter(
        "land-contracts",
        "rural",
        "土地流转合同到期未退还承包地",
        "包给合作社的地合同到期了，人家不腾也不给钱。",
        "经查，合同约定的流转期限已满，双方未续签。",
        "土地应当交还，地上附着物补偿由双方协商或申请仲裁。",
        "《农村土地承包法》第四十五条",
        Supported,
    ),
    matter(
        "irrigation",
        "rural",
        "机井损坏，麦田浇不上水",
        "三眼井坏了两眼，眼看麦子要旱死，报了俩月没人来修。",
        "经查，两眼机井水泵烧毁，维修列入高标准农田管护项目。",
        "已安排抢修，管护责任落实到行政村。",
        "《农田水利条例》第二十三条",
        Supported,
    ),
    matter(
        "noise",
        "environment",
        "夜间施工噪声扰民",
        "半夜两三点还在打桩，孩子老人都睡不成。",
        "经现场监测，夜间噪声超标，施工单位没有夜间作业证明。",
        "已责令停止夜间施工并立案。",
        "《噪声污染防治法》第四十三条",
        Supported,
    ),
    matter(
        "water-pollution",
        "environment",
        "养殖场污水直排沟渠",
        "村头养猪场的粪水直接往沟里排，夏天臭得开不了窗。",
        "经查，该场粪污处理设施未正常运行。",
        "已责令改正，限期完成资源化利用设施改造。",
        "《水污染防治法》第五十六条",
        Supported,
    ),
    matter(
        "roads",
        "traffic",
        "村道塌陷，雨后无法通行",
        "路面塌了半边，校车都绕着走，晚上骑车摔过好几个人。",
        "经查，路基被雨水冲空，已设置警示。",
        "列入当年农村公路养护计划，先行抢通。",
        "《公路法》第三十五条",
        Supported,
    ),
    matter(
        "village-affairs",
        "township",
        "村集体账目未公开",
        "村里卖树的钱去哪儿了，问了三年没人给个说法。",
        "经查，村集体近三年账目已公开两年，一年未公开，未发现侵占。",
        "责令补充公开；反映资金去向不明的问题查无实据。",
        "《村民委员会组织法》第三十条",
        NotSupported,
    ),
    matter(
        "neighbour-disputes",
        "township",
        "邻里因出路和排水发生争执",
        "他家翻盖把水道堵了，下雨水全灌到俺院里。",
        "经现场勘查，翻建房屋占用公共排水道约四十厘米。",
        "组织双方调解，恢复排水道原状。",
        "《民法典》第二百九十条",
        Supported,
    ),
];

/// Suggestions.
pub const SUGGESTIONS: &[Matter] = &[
    matter(
        "public-transport",
        "traffic",
        "建议公交延长到镇区医院",
        "老人看病要倒两趟车，能不能把线路往前延两站。",
        "",
        "建议合理，已列入下一轮线网调整方案，届时公开征求意见。",
        "",
        Supported,
    ),
    matter(
        "public-facilities",
        "housing",
        "建议在学校路口增设路灯",
        "放学那会儿天黑，路口没灯，怪吓人的。",
        "",
        "已会同交警现场踏勘，增设两盏路灯，计划下月完成。",
        "",
        Supported,
    ),
    matter(
        "rural-living",
        "township",
        "建议增加垃圾收集点",
        "一个村就两个垃圾箱，满了没人拉。",
        "",
        "已协调保洁公司增加收集点三处，清运由隔日改为每日。",
        "",
        Supported,
    ),
];

/// What help of a linked cadre came to.
pub const HELP_RESULTS: &[&str] = &[
    "已入户走访，召集双方当面说清了来龙去脉，提出的三项诉求解决两项，余下一项约定月底前办结。",
    "联系主管部门现场办公，问题已整改到位，本人表示满意。",
    "陪同申请人补齐了材料，窗口已经收件，后续进度由包村干部每周告知。",
];

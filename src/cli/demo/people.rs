//! Made-up people. Numbers begin with 199 0000: nobody's are issued so.

use super::dice::Dice;

const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "马", "胡", "郭", "何", "高", "罗", "郑",
    "梁", "谢", "宋", "许", "韩", "冯", "董", "程", "曹", "袁", "邓", "苗", "寇", "司", "姬", "禹", "葛",
];
const GIVEN: &[&str] = &[
    "建国", "秀英", "志强", "桂兰", "海涛", "玉梅", "俊杰", "红霞", "文斌", "淑珍", "永刚", "晓燕", "新民", "春花",
    "国庆", "丽娜", "广义", "雪芹", "长河", "爱玲", "占军", "巧云", "保林", "素芳", "亚楠", "振华", "根生", "翠萍",
    "学礼", "小雨",
];

/// A name.
pub fn name(dice: &mut Dice) -> String {
    format!("{}{}", dice.one_of(SURNAMES), dice.one_of(GIVEN))
}

/// A telephone number that rings nowhere.
pub fn phone(dice: &mut Dice) -> String {
    format!("1990000{:04}", dice.below(10_000))
}

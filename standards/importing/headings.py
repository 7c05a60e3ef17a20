"""How the columns of a data dictionary are headed, and the words for yes and no in them. Data, nothing else."""

from __future__ import annotations

from collections.abc import Mapping


def words(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# what a column of the dictionary tells -> how it is headed, compared without blanks, case and marks
ROLES: Mapping[str, str] = {
    "title": (
        "名称 数据项名称 数据项 中文名称 中文名 字段中文名 字段中文名称 数据元名称 信息项名称 信息项 "
        "项目名称 指标名称 数据项中文名称 列中文名 字段描述 字段含义 数据项名 要素名称 title label"
    ),
    "name": (
        "短名 字段名 英文名 英文名称 字段英文名 字段英文名称 字段代码 字段标识 列名 物理名 标识符 "
        "数据项短名 数据项代码 数据项英文名 英文短名 英文缩写 中文短名 字段 代码名 拼音缩写 name column "
        "columnname field fieldname 内部标识符 数据元标识 信息项英文名称"
    ),
    "either": "字段名称 属性名称 列名称 属性名 数据元 项目 指标项",
    "type": "类型 数据类型 字段类型 数据项类型 列类型 type datatype 值类型",
    "length": "长度 数据长度 字段长度 最大长度 字段大小 length size 长度(字节) 数据项长度",
    "scale": "小数位 小数位数 精度 小数 scale",
    "format": "表示格式 数据格式 格式 数据元值的表示格式 format 表示形式",
    "required": (
        "约束 约束条件 约束/条件 约束性 是否必填 必填 必填项 是否必选 必选 必选/可选 是否必需 填报要求 "
        "必填性 required 必输 非空 是否非空 notnull 选项 可选性 必备性"
    ),
    "nullable": "是否可空 可空 允许空 允许为空 是否允许为空 是否为空 可为空 空值 nullable null",
    "key": "主键 是否主键 主键标识 键 primarykey pk key",
    "unique": "唯一 是否唯一 唯一性 unique",
    "domain": (
        "值域 取值范围 值域代码 代码表 引用代码 引用代码表 数据字典 代码集 取值 允许值 枚举值 值域范围 "
        "代码 domain values enum 值域(代码表) 对应代码 字典"
    ),
    "unit": "计量单位 单位 unit 度量单位",
    "example": "示例 样例 举例 示例值 example",
    "sharing": "共享类型 共享属性 共享方式类型",
    "opening": "开放属性 开放类型 是否开放 是否向社会开放",
    "remark": "备注 说明 描述 定义 注释 含义 数据项说明 字段说明 填写说明 填报说明 remark description comment",
    "table": "表名 表英文名 数据表名 所属表 表代码 table tablename 表",
    "table_title": "表中文名 表中文名称 中文表名 数据表名称 表名称",
    "number": "序号 编号 no no. # 序",
}

YES = words(
    "1 m mandatory not notnull required t true y yes √ ● ✓ ✔ 不可空 不能为空 强制 必填 必填项 必备 "
    "必输 必选 必需 必须 是 非空"
)
NO = words("- / 0 f false n no null o optional × 可为空 可空 可选 否 无 空 选填 非必填 非必选")
